/** What a command sees of the process it runs in: data goes to `out`, everything said to a person to `tell`. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Writes data to standard output as it is. */
  readonly out: (text: string) => void;
  /** Writes one message, with a line end, to standard error. */
  readonly tell: (message: string) => void;
  /** Standard output is a terminal: tables instead of JSON, colour. */
  readonly isOutputTty: boolean;
  /** A person is there to be asked and to watch progress. */
  readonly isInteractive: boolean;
  readonly nowEpochMillis: () => number;
}

export const processTerminal = (): Terminal => ({
  env: process.env,
  platform: process.platform,
  out: (text) => {
    process.stdout.write(text);
  },
  tell: (message) => {
    process.stderr.write(`${message}\n`);
  },
  isOutputTty: process.stdout.isTTY,
  isInteractive: process.stdin.isTTY && process.stderr.isTTY,
  nowEpochMillis: Date.now,
});
