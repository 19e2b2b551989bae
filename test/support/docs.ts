/** The documents as tests read them: their links, headings and code blocks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '../..');

const documentsIn = (directory: string): readonly string[] =>
  readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

/** Paths below the repository. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...documentsIn('docs'),
  ...documentsIn('examples'),
  ...documentsIn('bench'),
].sort();

const textOf = (document: string): string => readFileSync(join(root, document), 'utf8');

export interface CodeBlock {
  readonly document: string;
  /** Of the block's first line. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** Why no test runs it, as the comment before it says; null where one does. */
  readonly notRunBecause: string | null;
}

const codeBlocksIn = (document: string): readonly CodeBlock[] => {
  const text = textOf(document);
  const pattern = /(?:^<!-- not run: (.+) -->\n+)?^```(\w*)\n([\s\S]*?)^```$/gm;
  return [...text.matchAll(pattern)].map(
    ({ index, 0: whole, 1: notRunBecause, 2: language = '', 3: code = '' }) => ({
      document,
      line: text.slice(0, index + whole.indexOf('```')).split('\n').length + 1,
      language,
      code,
      notRunBecause: notRunBecause ?? null,
    }),
  );
};

/** Of all documents, each with its place; `''` is the language of blocks that name none. */
export const blocksIn = (...languages: readonly string[]): readonly [string, CodeBlock][] =>
  documents
    .flatMap(codeBlocksIn)
    .filter(({ language }) => languages.includes(language))
    .map((block) => [`${block.document}:${String(block.line)}`, block]);

/** What is not code: no link is looked for in a block. */
const prose = (document: string): string =>
  textOf(document)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '');

/** The addresses of links and images, as they are written. */
export const linksIn = (document: string): readonly string[] =>
  [...prose(document).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);

/** As GitHub names headings: lower case, no punctuation, hyphens for blanks, numbers for repetitions. */
export const anchorsIn = (document: string): ReadonlySet<string> => {
  const seen = new Map<string, number>();
  const text = textOf(document).replace(/^```[\s\S]*?^```$/gm, '');
  const named = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name = '']) => name);
  return new Set([
    ...named,
    ...[...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
      const name = heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-');
      const times = seen.get(name) ?? 0;
      seen.set(name, times + 1);
      return times === 0 ? name : `${name}-${String(times)}`;
    }),
  ]);
};
