import { randomBytes } from 'node:crypto';

import type { Clock, IdSource } from '../core/ports.ts';

/**
 * UUIDs of version 7: 48 bits of time, then 74 random bits. Two of the same millisecond are in no order.
 * @see RFC 9562 §5.7
 */
export const uuidV7Source = (clock: Clock): IdSource => ({
  next: () => {
    const bytes = randomBytes(16);
    bytes.writeUIntBE(clock.nowEpochMillis(), 0, 6);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = bytes.toString('hex');
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20),
    ].join('-');
  },
});
