/**
 * Stands in a function's bundle for `asn1.js`, which the Encryption SDK needs for the signing keys of its signed suites
 * only. The broker's suite is unsigned: whatever asks for one of these forms is an error.
 */
const refuse = (): never => {
  throw new Error('Only the unsigned suite of the Encryption SDK is bundled.');
};

export default { define: () => ({ encode: refuse, decode: refuse }) };
