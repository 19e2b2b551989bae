export interface GatewayAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Buffer;
  /** Set where the gateway itself refuses or fails. */
  readonly errorType?: string;
  readonly integrationStatus?: number;
}
