/** Lists of subjects, one a line. */
import { readFile } from 'node:fs/promises';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { isMissing, reasonOf } from '../private-file.ts';

/** As the broker's API has it. */
const longestSubject = 256;

const wrong = (message: string): CommandError => new CommandError(exitCodes.usage, message);

export interface SubjectList {
  /** Each once, in the order of the list. */
  readonly subjects: readonly string[];
  /** Lines that name a subject again. */
  readonly duplicateCount: number;
}

const readBytes = async (path: string): Promise<Buffer> => {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
  return readFile(path).catch((error: unknown) => {
    throw wrong(
      isMissing(error)
        ? `There is no file ${path}; name a list with one subject per line, or - for standard input.`
        : `${path} cannot be read: ${reasonOf(error)}.`,
    );
  });
};

const textOf = (name: string, bytes: Buffer): string => {
  try {
    // Without a byte order mark, where there is one.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw wrong(`${name} is not UTF-8 text; it must have one subject per line.`);
  }
};

/**
 * Blank lines are nothing, and space around a subject is none of it.
 * @param name what the sentences call the list
 * @throws CommandError usage for a line that can be no subject, by its number, and for an empty list
 */
export const subjectsIn = (name: string, text: string): SubjectList => {
  const subjects = new Set<string>();
  let duplicateCount = 0;
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const subject = line.trim();
    if (subject === '') continue;
    const place = `Line ${String(index + 1)} of ${name}`;
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f-\u009f]/.test(subject)) {
      throw wrong(`${place} has control characters; there must be one subject per line.`);
    }
    if (subject.length > longestSubject) {
      throw wrong(`${place} is longer than ${String(longestSubject)} characters: no subject is.`);
    }
    if (subjects.has(subject)) duplicateCount += 1;
    subjects.add(subject);
  }
  if (subjects.size === 0) throw wrong(`${name} has no subjects; write one on each line.`);
  return { subjects: [...subjects], duplicateCount };
};

/** @param path `-` for standard input @throws CommandError usage */
export const readSubjects = async (path: string): Promise<SubjectList> => {
  const name = path === '-' ? 'Standard input' : path;
  return subjectsIn(name, textOf(name, await readBytes(path)));
};
