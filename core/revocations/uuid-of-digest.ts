/** An id that follows from what it is for: 36 characters of `[0-9a-f-]`, version 8. @see RFC 9562 §5.8 */
export const uuidOfDigest = (sha256Hex: string): string =>
  [
    sha256Hex.slice(0, 8),
    sha256Hex.slice(8, 12),
    `8${sha256Hex.slice(13, 16)}`,
    `8${sha256Hex.slice(17, 20)}`,
    sha256Hex.slice(20, 32),
  ].join('-');
