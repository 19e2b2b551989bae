import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { blocksIn, root } from '../../support/docs.ts';
import { tokenOfMachine } from '../../support/twin/machines.ts';
import { startReader, type Reader } from './reader.ts';

let reader: Reader;
beforeAll(async () => {
  reader = await startReader();
  if (reader.noAwsCli !== null) {
    process.stderr.write(`The AWS CLI in the documents' blocks: skipped, ${reader.noAwsCli}\n`);
  }
});
afterAll(() => reader.stop());

const shell = blocksIn('sh', 'bash', 'shell');
const run = shell.filter(([, { notRunBecause }]) => notRunBecause === null);
const documentsRun = [...new Set(run.map(([, { document }]) => document))];

const field = /^field\(\) .*$/m.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[0] ?? '';
const asAudrey = `stepkey configure --endpoints .stepkey/endpoints.json
stepkey login --username audrey`;

/** What the text of a document has the reader do, or have, before its first block. */
const before: Readonly<Record<string, () => Promise<string>>> = {
  'docs/twin.md': () => Promise.resolve(field),
  'docs/auditors.md': () => Promise.resolve(asAudrey),
  'docs/doctor.md': () => Promise.resolve(asAudrey.replace('audrey', 'alice')),
  'docs/batches.md': async () => {
    const { api, bucket } = reader.twin.endpoints;
    await reader.twin.call('s3', 'PutObject', {
      Bucket: bucket,
      Key: 'batches/batch/today.csv',
      Body: 'subject\nalice\n',
    });
    return `API='${api}'\nTOKEN='${await tokenOfMachine(reader.twin, 'batch')}'`;
  },
};

/** What is to be seen in what is printed. */
const seen: Readonly<Record<string, readonly RegExp[]>> = {
  'README.md': [
    /"source":"minted"/,
    /"outcome":"allowed"/,
    /assumed-role\/stepkey-reports\/[\w-]+\+\w+"/,
    /Logged in as alice \(in readers\)/,
  ],
  'docs/getting-started.md': [/Logged in as alice \(in readers\)/, /allowed/],
  'docs/auditors.md': [/allowed/],
  'docs/batches.md': [/"batchId"/],
  'docs/clients.md': [/Logged in as bob/],
  'docs/doctor.md': [],
  'docs/grants.md': [/team-read/],
  'docs/twin.md': [],
};

describe('what the documents have a reader type, typed', () => {
  it.each(documentsRun)('%s', async (document) => {
    const script = run
      .filter(([, block]) => block.document === document)
      .map(([place, { code }]) => `echo '== ${place}' >&2\n${code}`);
    const { code, stdout, stderr } = await reader.type(
      [(await before[document]?.()) ?? '', ...script].join('\n'),
    );
    expect([code, code === 0 ? '' : `${stdout}${stderr}`]).toEqual([0, '']);
    for (const what of seen[document] ?? [/nothing is said of this document/]) {
      expect(`${stdout}${stderr}`).toMatch(what);
    }
  });
});
