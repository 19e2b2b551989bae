import { randomUUID } from 'node:crypto';

import type { Clock, IdSource } from '../core/ports.ts';

/**
 * UUIDs of version 7: 48 bits of time, then 74 random bits. Two of the same millisecond are in no order.
 * @see RFC 9562 §5.7
 */
export const uuidV7Source = (clock: Clock): IdSource => ({
  next: () => {
    const time = clock.nowEpochMillis().toString(16).padStart(12, '0');
    // Version 4 has its random bits and its variant in the same places; Node draws many at once.
    const random = randomUUID().slice('xxxxxxxx-xxxx-4'.length);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random}`;
  },
});
