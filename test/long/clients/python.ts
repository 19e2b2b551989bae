/** A Python with packages in it, boto3 and the AWS CLI by default; made once for each list of requirements. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface Ran {
  /** Null where a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMillis: number;
}

/**
 * Ends with the process's own end, or with its being killed when the time is over.
 * @throws Error when it cannot be started
 */
export const run = (
  file: string,
  args: readonly string[],
  { env, cwd, timeoutMillis }: RunOptions,
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { env, cwd, timeout: timeoutMillis, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (typeof error?.code === 'string') reject(new Error(`${file}: ${error.code}`));
        else resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });

const installTimeoutMillis = 120_000;
const ofTheClients = join(import.meta.dirname, 'requirements.txt');
const cacheDirectory = join(import.meta.dirname, '..', '..', '..', '.cache', 'python');

const pythonIn = (directory: string): string => join(directory, 'bin', 'python');

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Also of Node's own errors, which are no instances of the Error that a test sees. */
const messageOf = (error: unknown): string => String((error as { message?: unknown }).message);

/** @throws Error whose message says in one line why there is none */
const install = async (directory: string, requirementsFile: string): Promise<void> => {
  const options = { env: process.env, timeoutMillis: installTimeoutMillis };
  const must = async (what: string, file: string, args: readonly string[]): Promise<void> => {
    const ran = await run(file, args, options).catch((error: unknown) => {
      throw new Error(`${what}: ${messageOf(error)}`);
    });
    if (ran.code === 0) return;
    throw new Error(`${what}: ${ran.stderr.trim().split('\n').at(-1) ?? ''}`);
  };
  await must('python3 is missing or makes no virtual environments', 'python3', [
    '-m',
    'venv',
    directory,
  ]);
  await must('the packages cannot be installed', pythonIn(directory), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--retries=1',
    '--timeout=20',
    '--requirement',
    requirementsFile,
  ]);
};

/** The interpreter, or the reason why there is none. A half-made environment is never found later. */
export const preparePython = async (
  requirementsFile = ofTheClients,
): Promise<
  | { readonly python: string; readonly reason: null }
  | { readonly python: null; readonly reason: string }
> => {
  const requirements = await readFile(requirementsFile);
  const name = createHash('sha256').update(requirements).digest('hex').slice(0, 16);
  const directory = join(cacheDirectory, name);
  if (await exists(pythonIn(directory))) return { python: pythonIn(directory), reason: null };
  const draft = join(cacheDirectory, `${name}.${randomUUID()}`);
  await mkdir(cacheDirectory, { recursive: true });
  try {
    await install(draft, requirementsFile);
    // Another run may have been quicker. Only scripts with a fixed first line would mind the move; none is used.
    await rename(draft, directory).catch(async (error: unknown) => {
      if (!(await exists(pythonIn(directory)))) throw error;
    });
    return { python: pythonIn(directory), reason: null };
  } catch (error) {
    return { python: null, reason: messageOf(error) };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};
