const consoleHosts: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * Where AWS's console shows an Express execution; it finds it by the ARN and the start.
 * @returns null for what is no ARN of an Express execution
 */
export const executionUrlOf = (
  executionArn: string,
  startedAtEpochSeconds: number,
): string | null => {
  const [, partition = '', region = ''] =
    /^arn:([a-z-]+):states:([a-z0-9-]+):\d{12}:express:[\w-]+:[\w-]+:[\w-]+$/.exec(executionArn) ??
    [];
  const host = consoleHosts[partition];
  if (host === undefined) return null;
  const start = String(startedAtEpochSeconds * 1000);
  return `https://${region}.${host}/states/home?region=${region}#/express-executions/details/${executionArn}?startDate=${start}`;
};
