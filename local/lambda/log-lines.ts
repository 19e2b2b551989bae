import type { Readable } from 'node:stream';

/** Longest line that is kept whole, as CloudWatch Logs keeps an event. */
const maxLineCharacters = 256 * 1024;

/** Gives each line of a process's output as it is finished, and the rest at the end. */
export const readLines = (stream: Readable, take: (line: string) => void): void => {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineCharacters) {
      lines.push(rest);
      rest = '';
    }
    for (const line of lines) if (line !== '') take(line);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
};
