/** A twin of an app of a user's own: how it is started, and what it offers. */
export interface AppTwinOptions {
  /** What `cdk synth` wrote, such as `cdk.out`: an app with one `CredentialBroker`. Stages in it are not read. */
  readonly assembly: string;
  /** As in TwinOptions. */
  readonly stateDirectory?: string | null;
  readonly port?: number;
  readonly awsPort?: number;
  readonly onProgress?: (step: string) => void;
  readonly log?: (line: string) => void;
}

export interface AppTwin {
  /** These four as in Twin. */
  readonly call: (
    service: string,
    operation: string,
    input: Record<string, unknown>,
  ) => Promise<Record<string, unknown>>;
  readonly readLog: (
    logGroup: string,
  ) => Promise<readonly { readonly timestamp: number; readonly message: string }[]>;
  readonly setClockAhead: (aheadMillis: number) => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Of the broker. */
  readonly api: string;
  /** Of every AWS service. */
  readonly aws: string;
  /** `/oauth2/token` of the user pools' domains. */
  readonly tokenEndpoint: string;
  /** `/oauth2/authorize` of the user pools' domains: a form in place of managed login. */
  readonly authorizationEndpoint: string;
  readonly region: string;
  /** Stack → output → value. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
