/**
 * Stands in in a function's bundle for the client of KMS that the Encryption SDK would make for itself. The sealer
 * brings its own: whoever makes this one is told so.
 */
export const KMS = (): never => {
  throw new Error('The keyring has to be given its client.');
};
