/** Stands in in a function's bundle for the curves of the Encryption SDK's signed suites: there are none. */
export const decodeNamedCurves = Object.freeze({});
