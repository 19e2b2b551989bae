/** The items of a distributed Map that lie in S3. */
import type { ItemReader } from './definition.ts';
import type { ContextObject, MapRuns } from './execution.ts';
import { AslError } from './errors.ts';

type Parameters = Readonly<Record<string, unknown>>;

const failed = (cause: string): AslError => new AslError('States.ItemReaderFailed', cause);

const parsed = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw failed(`${what} is not JSON.`);
  }
};

const textOf = (body: unknown): string => {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  throw failed('The object has no body.');
};

/** Rows of RFC 4180: a quoted field may hold delimiters, line breaks and doubled quotes. */
const csvRows = (text: string, delimiter: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  const endField = (): void => {
    row.push(field);
    field = '';
  };
  const endRow = (): void => {
    endField();
    // A blank line is no row.
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text.charAt(at + 1) === '"') {
        field += '"';
        at += 1;
      } else isQuoted = false;
    } else if (character === '"' && field === '') isQuoted = true;
    else if (character === delimiter) endField();
    else if (character === '\n') endRow();
    else if (character !== '\r' || text.charAt(at + 1) !== '\n') field += character;
  }
  endRow();
  return rows;
};

const csvItems = (text: string, { headers, delimiter }: ItemReader['csv']): unknown[] => {
  const rows = csvRows(text.replace(/^\uFEFF/, ''), delimiter);
  const names = headers ?? rows.shift() ?? [];
  return rows.map((row) =>
    Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''] as const)),
  );
};

const itemsOf = (text: string, reader: ItemReader): readonly unknown[] => {
  switch (reader.inputType) {
    case 'CSV':
      return csvItems(text, reader.csv);
    case 'JSONL':
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line, index) => parsed(line, `Line ${String(index + 1)} of the object`));
    case 'JSON': {
      const items = parsed(text, 'The object');
      if (Array.isArray(items)) return items as unknown[];
      throw failed('The object is not a JSON array.');
    }
  }
};

interface Listed {
  readonly Key: string;
  readonly ETag: string;
  readonly LastModified: Date;
  readonly Size: number;
  readonly StorageClass: string;
}

/** One listed object as Step Functions spells it: `Etag`, and epoch seconds. */
const listedItem = ({ Key, ETag, LastModified, Size, StorageClass }: Listed): unknown => ({
  Etag: ETag,
  Key,
  LastModified: Math.floor(new Date(LastModified).getTime() / 1_000),
  Size,
  StorageClass,
});

const listed = async (
  s3: MapRuns['s3'],
  parameters: Parameters,
  most: number,
  context: ContextObject,
): Promise<unknown[]> => {
  const items: unknown[] = [];
  let token: unknown;
  do {
    const page = await s3(
      'ListObjectsV2',
      { ...parameters, ...(token !== undefined && { ContinuationToken: token }) },
      context,
    );
    items.push(...((page['Contents'] ?? []) as Listed[]).map(listedItem));
    token = page['NextContinuationToken'];
  } while (token !== undefined && items.length < most);
  return items;
};

/** @throws States.ItemReaderFailed when the data cannot be read, or is of another kind */
export const readDataset = async (
  reader: ItemReader,
  parameters: Parameters,
  maxItems: number | null,
  { s3, context }: { readonly s3: MapRuns['s3']; readonly context: ContextObject },
): Promise<readonly unknown[]> => {
  const most = maxItems === null || maxItems === 0 ? Infinity : maxItems;
  try {
    const items =
      reader.operation === 'ListObjectsV2'
        ? await listed(s3, parameters, most, context)
        : itemsOf(textOf((await s3('GetObject', parameters, context))['Body']), reader);
    return items.length > most ? items.slice(0, most) : items;
  } catch (error) {
    if (!(error instanceof AslError) || error.error === 'States.ItemReaderFailed') throw error;
    throw failed(error.cause);
  }
};
