import type { AgentTokenSource } from './profile-holder.ts';

/** Who asks at the broker. */
export interface AgentProfile {
  /**
   * Gives an ID or access token, or null where nobody is signed in. Called for every request of a client and to the
   * broker, so that a rotated token is used at once.
   */
  readonly token: AgentTokenSource;
}

export interface AgentOptions {
  /** The broker's API, such as `https://….execute-api.eu-central-1.amazonaws.com/live`. */
  readonly api: string;
  /** By the name that stands first in the path. */
  readonly profiles: Readonly<Record<string, AgentProfile>>;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Where the agent's bearer is put, mode 0600. Default: a file in a new temporary directory, removed at the end. */
  readonly tokenFile?: string;
  /** How long a client is made to wait before it is told to come again; SDKs give up after 1 to 2 s. Default 1,500. */
  readonly answerWithinMillis?: number;
  /** Told when the broker goes away and comes back, and of refusals. No line holds a secret. Default: stderr. */
  readonly log?: (line: string) => void;
}

export interface Agent {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly tokenFile: string;
  /** What a process needs to be served: the variables that every AWS SDK reads. */
  readonly environment: (
    profile: string,
    grant?: string | null,
    query?: { readonly roleArn?: string; readonly subject?: string },
  ) => {
    readonly AWS_CONTAINER_CREDENTIALS_FULL_URI: string;
    readonly AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: string;
  };
  /** Ends connections, forgets sessions and removes the token file. */
  readonly stop: () => Promise<void>;
}
