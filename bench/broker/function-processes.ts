import { readFileSync, readdirSync } from 'node:fs';

/** A process that a twin runs a function in. */
interface FunctionProcess {
  readonly pid: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** The children of the twin, by what Lambda would call their function. @see proc(5), /proc/pid/environ */
export const functionProcesses = (twinPid: number): readonly FunctionProcess[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
        if (parent !== twinPid) return [];
        const environment = Object.fromEntries(
          readFileSync(`/proc/${pid}/environ`, 'utf8')
            .split('\0')
            .filter((line) => line.includes('='))
            .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
        );
        return environment['AWS_LAMBDA_FUNCTION_NAME'] === undefined
          ? []
          : [{ pid: Number(pid), environment }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });

export const nameOf = ({ environment }: FunctionProcess): string =>
  environment['AWS_LAMBDA_FUNCTION_NAME'] ?? '';
