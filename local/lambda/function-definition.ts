/** A function as its template describes it. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** Directory that the deployed archive would hold. */
  readonly taskRoot: string;
  /** `index.handler`. */
  readonly handler: string;
  /** `nodejs24.x`. The twin runs it on its own Node. */
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
}
