/** What stands in the way of whoever signs in, or of every request, is to be smallest. */
const small = new Set(['pre-token-generation', 'verifier']);

export const limitsOf = (name: string): { gzipBytes: number; loadMillis: number } =>
  small.has(name) ? { gzipBytes: 40_000, loadMillis: 15 } : { gzipBytes: 200_000, loadMillis: 60 };
