import type { Sealer } from '../../core/ports.ts';

/** Seals nothing: what is simulated has no secrets, and the data keys are in memory but for one call in thousands. */
export const openSealer: Sealer = {
  prepare: () => Promise.resolve(),
  seal: (_purpose, _grant, plaintext) => Promise.resolve(plaintext),
  open: (_purpose, _grant, envelope) => Promise.resolve(envelope),
};
