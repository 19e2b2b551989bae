/** A REST API as its template describes it. */
export interface CognitoAuthorizer {
  readonly userPoolArns: readonly string[];
  /** Lower-case name of the header that carries the token. */
  readonly header: string;
}

interface MockResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** By media type. */
  readonly templates: Readonly<Record<string, string>>;
}

export type Integration =
  | { readonly type: 'AWS_PROXY'; readonly functionArn: string; readonly timeoutMillis: number }
  | {
      readonly type: 'MOCK';
      /** The status that the request template of each media type chooses. */
      readonly requestStatuses: Readonly<Record<string, number>>;
      readonly passthroughBehavior: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
      readonly responses: readonly MockResponse[];
    };

export interface ApiMethod {
  /** `ANY` answers what no other method of the resource does. */
  readonly httpMethod: string;
  readonly authorizer: CognitoAuthorizer | null;
  /** Empty: the token must be an ID token. */
  readonly scopes: readonly string[];
  readonly integration: Integration;
}

export interface ApiResource {
  readonly id: string;
  /** `/v1/container-credentials/{grant}` */
  readonly path: string;
  readonly methods: readonly ApiMethod[];
}

export interface GatewayResponse {
  /** Null for the response type's own. */
  readonly statusCode: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
}

export interface AccessLog {
  readonly logGroup: string;
  readonly format: string;
}

export interface ApiDefinition {
  readonly id: string;
  readonly stage: string;
  readonly resources: readonly ApiResource[];
  /** By response type: `UNAUTHORIZED`, `DEFAULT_4XX`, … */
  readonly gatewayResponses: Readonly<Record<string, GatewayResponse>>;
  readonly accessLog: AccessLog | null;
}
