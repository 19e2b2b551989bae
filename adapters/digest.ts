import { hash } from 'node:crypto';

import type { Digest } from '../core/ports.ts';

export const nodeDigest: Digest = {
  sha256Hex: (text) => hash('sha256', text, 'hex'),
};
