/** What becomes of the results of a distributed Map: the state's output, or files in S3. */
import type { ResultWriter } from './definition.ts';
import type { ChildExecution, ContextObject, MapRun, MapRuns } from './execution.ts';
import { AslError } from './errors.ts';

const parsedOutput = ({ outcome }: ChildExecution): unknown =>
  outcome.status === 'SUCCEEDED' ? (JSON.parse(outcome.output) as unknown) : undefined;

const dateText = (epochMillis: number): string => new Date(epochMillis).toISOString();

const described = (child: ChildExecution, stateMachineArn: string): Record<string, unknown> => {
  const { outcome } = child;
  return {
    ...(outcome.status !== 'SUCCEEDED' && {
      ...(outcome.cause !== undefined && { Cause: outcome.cause }),
      ...(outcome.error !== undefined && { Error: outcome.error }),
    }),
    ExecutionArn: child.executionArn,
    Input: child.input,
    InputDetails: { Included: true },
    Name: child.name,
    ...(outcome.status === 'SUCCEEDED' && {
      Output: outcome.output,
      OutputDetails: { Included: true },
    }),
    RedriveCount: 0,
    RedriveStatus: 'NOT_REDRIVABLE',
    RedriveStatusReason: 'Redrive is not emulated',
    StartDate: dateText(child.startedAtEpochMillis),
    StateMachineArn: stateMachineArn,
    Status: outcome.status,
    StopDate: dateText(child.stoppedAtEpochMillis),
  };
};

/** The children that succeeded, as the writer's configuration transforms them; failed ones in full. */
const transformed = (
  children: readonly ChildExecution[],
  transformation: ResultWriter['transformation'],
  stateMachineArn: string,
): readonly unknown[] => {
  if (transformation === 'NONE') return children.map((child) => described(child, stateMachineArn));
  const outputs = children.map(parsedOutput);
  return transformation === 'FLATTEN' ? outputs.flat() : outputs;
};

const succeededOf = (children: readonly ChildExecution[]): ChildExecution[] =>
  children.filter(({ outcome }) => outcome.status === 'SUCCEEDED');

/** The Map state's result where none is written. */
export const collectedResults = (
  children: readonly ChildExecution[],
  writer: ResultWriter | null,
  { stateMachineArn }: MapRun,
): readonly unknown[] =>
  transformed(succeededOf(children), writer?.transformation ?? 'COMPACT', stateMachineArn);

/** So many results go into one file. */
const resultsPerFile = 10_000;

interface ResultFile {
  readonly Key: string;
  readonly Size: number;
}

const locationOf = (given: unknown): { bucket: string; folder: string } => {
  const { Bucket: bucket, Prefix: prefix = '' } = given as Record<string, unknown>;
  if (typeof bucket !== 'string' || typeof prefix !== 'string') {
    throw new AslError('States.ResultWriterFailed', "'Bucket' and 'Prefix' must be texts.");
  }
  return { bucket, folder: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
};

/**
 * Writes the files and their manifest; gives where that is, as the Map state's result.
 * @throws States.ResultWriterFailed
 */
export const writeResults = async (
  children: readonly ChildExecution[],
  writer: ResultWriter,
  given: unknown,
  run: MapRun,
  { s3, context }: { readonly s3: MapRuns['s3']; readonly context: ContextObject },
): Promise<unknown> => {
  const { bucket, folder } = locationOf(given);
  const place = `${folder}${run.arn.slice(run.arn.lastIndexOf(':') + 1)}`;
  const put = async (name: string, text: string): Promise<ResultFile> => {
    const Key = `${place}/${name}`;
    try {
      await s3('PutObject', { Bucket: bucket, Key, Body: text }, context);
    } catch (error) {
      if (!(error instanceof AslError)) throw error;
      throw new AslError('States.ResultWriterFailed', error.cause);
    }
    return { Key, Size: Buffer.byteLength(text) };
  };
  const putAll = async (status: string, results: readonly unknown[]): Promise<ResultFile[]> => {
    const files: ResultFile[] = [];
    for (let start = 0; start < results.length; start += resultsPerFile) {
      const part = results.slice(start, start + resultsPerFile);
      const text = writer.isJsonLines
        ? part.map((result) => `${JSON.stringify(result)}\n`).join('')
        : JSON.stringify(part);
      const ending = writer.isJsonLines ? 'jsonl' : 'json';
      files.push(await put(`${status}_${String(files.length)}.${ending}`, text));
    }
    return files;
  };
  const failed = children.filter(({ outcome }) => outcome.status !== 'SUCCEEDED');
  const { stateMachineArn } = run;
  const ResultFiles = {
    FAILED: await putAll('FAILED', transformed(failed, 'NONE', stateMachineArn)),
    PENDING: [],
    SUCCEEDED: await putAll(
      'SUCCEEDED',
      transformed(succeededOf(children), writer.transformation, stateMachineArn),
    ),
  };
  const manifest = { DestinationBucket: bucket, MapRunArn: run.arn, ResultFiles };
  const { Key } = await put('manifest.json', JSON.stringify(manifest));
  return { MapRunArn: run.arn, ResultWriterDetails: { Bucket: bucket, Key } };
};
