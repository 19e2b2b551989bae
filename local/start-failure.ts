/** What the person at the terminal reads when the twin does not start: a sentence, never a stack. */
const errorCode = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const portOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'port' in error && typeof error.port === 'number'
    ? error.port
    : undefined;

export const startFailure = (
  error: unknown,
  ports: { readonly port: number; readonly awsPort: number },
): string => {
  const port = portOf(error);
  const flag = port === ports.awsPort ? '--aws-port' : '--port';
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `Port ${String(port)} is in use; choose another with ${flag}.`;
    case 'EACCES':
      // Of a file: its message says which.
      if (port === undefined) break;
      return `Port ${String(port)} may not be opened; choose another with ${flag}.`;
  }
  return error instanceof Error ? error.message : 'The twin could not be started.';
};
