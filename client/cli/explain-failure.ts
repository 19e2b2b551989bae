/** What the person at the terminal reads when a command fails, and what its caller branches on: never a stack. */
import { BrokerError } from '../broker-error.ts';
import { UserPoolRefusal, UserPoolUnavailable } from '../user-pool.ts';
import { CommandError } from './command-error.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';

interface Explanation {
  readonly exitCode: ExitCode;
  readonly message: string;
}

const idOf = ({ requestId }: BrokerError): string =>
  requestId === null ? '' : ` (id ${requestId})`;

/** What no `decide` explains: it is about the token, not about a grant. */
export const isScopeMissing = ({ problemType }: BrokerError): boolean =>
  problemType?.endsWith('/scope-missing') === true;

const ofBroker = (error: BrokerError): Explanation => {
  const sentence = `${error.message}${idOf(error)}`;
  switch (error.kind) {
    case 'denied': {
      const next =
        error.choices.length > 0
          ? ` Choose with ${error.problemType?.includes('role') === true ? '--role-arn' : '--grant'}: ${error.choices.join(', ')}`
          : isScopeMissing(error)
            ? ''
            : ' To see why, run: stepkey decide';
      return { exitCode: exitCodes.denied, message: `${sentence}${next}` };
    }
    case 'not-accepted':
      return { exitCode: exitCodes.notLoggedIn, message: `${sentence} Run: stepkey login` };
    case 'unavailable': {
      const after = error.retryAfterSeconds;
      const when = after === null ? 'later' : `in ${String(Math.ceil(after))} s`;
      return {
        exitCode: exitCodes.unavailable,
        message: `${sentence} Try again ${when}; to see what is wrong, run: stepkey doctor`,
      };
    }
    case 'invalid':
      return {
        exitCode: exitCodes.usage,
        message: [sentence, ...error.faults.map((fault) => `  ${fault}`)].join('\n'),
      };
    case 'unexpected':
      return {
        exitCode: exitCodes.configuration,
        message: `${sentence} Check the API's address: stepkey doctor`,
      };
  }
};

export const explainFailure = (error: unknown): Explanation => {
  if (error instanceof CommandError) return error;
  if (error instanceof BrokerError) return ofBroker(error);
  if (error instanceof UserPoolUnavailable) {
    return {
      exitCode: exitCodes.unavailable,
      message: `${error.message} Try again later; to see what is wrong, run: stepkey doctor`,
    };
  }
  if (error instanceof UserPoolRefusal) {
    return {
      exitCode: exitCodes.notLoggedIn,
      message: `The user pool refused: ${error.message}`,
    };
  }
  // Asked for a password, and answered with Ctrl-C.
  if (error instanceof Error && error.name === 'ExitPromptError') {
    return { exitCode: exitCodes.interrupted, message: 'Interrupted.' };
  }
  return {
    exitCode: exitCodes.failed,
    message: `This should not have happened: ${error instanceof Error ? error.message : 'an unknown failure'}. Please report it.`,
  };
};
