/** What a protocol makes of a result or a refusal, before it goes out. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A call as a protocol understood it. */
export interface WireCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Record<string, unknown>;
}
