import type { ExitCode } from './exit-codes.ts';

/** An end that was foreseen: the sentences say what is wrong and what to do next, and hold no secret. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
