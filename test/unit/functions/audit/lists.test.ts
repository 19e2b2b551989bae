import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { issuancesAnswer } from '../../../../core/contracts/ledger-answers.ts';
import { cursorOf } from '../../../../core/ledger/cursor.ts';
import type { LedgerRecord } from '../../../../core/ledger/record.ts';
import { nodeDigest } from '../../../../adapters/digest.ts';
import { auditApi } from '../../../support/auditors.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';
import { issuanceRecord } from '../../../support/ledger.ts';

const records: readonly LedgerRecord[] = Array.from({ length: 40 }, (_, index) =>
  issuanceRecord(`i-${String(index).padStart(2, '0')}`, {
    subject: `users:${String(index % 7)}`,
    atEpochSeconds: noonEpochSeconds + (index >> 1),
    data: { client: index % 3 === 0 ? 'cli' : 'app' },
  }),
);
const ask = auditApi(records);
const list = async (query: Record<string, string>, auditor = 'audrey') => {
  const { status, text } = await ask('/v1/issuances', { query, auditor });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
};
const pageOf = async (query: Record<string, string>) =>
  issuancesAnswer.parse((await list(query)).body);
const isRefusedCursor = {
  status: 400,
  body: {
    type: expect.stringMatching(/request-malformed$/),
    faults: expect.arrayContaining([expect.stringMatching(/^cursor: /)]),
  },
};

describe('pages of a list', () => {
  it('have every record once, over all chains and however long a page is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 45 }),
        fc.constantFrom<Record<string, string>>({}, { client: 'cli' }, { subject: 'users:3' }),
        async (limit, filters) => {
          const ids: string[] = [];
          let cursor: string | null = null;
          do {
            const page = await pageOf({
              ...filters,
              limit: String(limit),
              ...(cursor === null ? {} : { cursor }),
            });
            expect(page.records.length).toBeLessThanOrEqual(limit);
            ids.push(...page.records.map(({ id }) => id));
            ({ cursor } = page);
          } while (cursor !== null);
          const wanted = records.filter(
            ({ subject, data }) =>
              (filters['client'] ?? data['client']) === data['client'] &&
              (filters['subject'] ?? subject) === subject,
          );
          expect(ids).toEqual(wanted.map(({ id }) => id).reverse());
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a cursor', () => {
  it('is nothing but one that was given: any other text is refused, and never a failure', async () => {
    const { cursor } = await pageOf({ limit: '5' });
    const [format = '', mark = '', hex = ''] = (cursor ?? '').split('.');
    const near = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc
        .tuple(fc.constantFrom(format, '2', ''), fc.constantFrom(mark, ''), fc.string())
        .map((parts) => parts.join('.')),
      fc
        .string({ unit: fc.constantFrom('0', 'f', '2', '3'), maxLength: 2200 })
        .map((digits) => `${format}.${mark}.${digits}`),
      fc.nat(hex.length).map((at) => `${format}.${mark}.${hex.slice(0, at)}${hex.slice(at + 1)}`),
      fc.constantFrom(
        '__proto__',
        `${String(cursor)}.`,
        `${String(cursor)}00`,
        String(cursor).toUpperCase(),
        '\u0000',
      ),
    );
    await fc.assert(
      fc.asyncProperty(near, async (text) => {
        fc.pre(text !== cursor);
        const { status, body } = await list({ limit: '5', cursor: text });
        // A position that was made up is no secret and no right: but it has the shape of one.
        if (status === 200) expect(issuancesAnswer.safeParse(body).success).toBe(true);
        else expect({ status, body }).toMatchObject(isRefusedCursor);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, Record<string, string>]>([
    ['without its filter', {}],
    ['with another value', { client: 'app' }],
    ['with one filter more', { client: 'cli', grant: 'own-files' }],
    ['of another time', { client: 'cli', from: '2026-11-21T12:00:00Z' }],
    ['of another outcome', { client: 'cli', outcome: 'denied' }],
  ])('is refused for another list: %s', async (_, query) => {
    const { cursor } = await pageOf({ client: 'cli', limit: '2' });
    expect((await list({ client: 'cli', cursor: cursor ?? '' })).status).toBe(200);
    expect(await list({ ...query, cursor: cursor ?? '' })).toMatchObject(isRefusedCursor);
  });

  it('is refused for another auditor', async () => {
    const { cursor } = await pageOf({ limit: '2' });
    expect(await list({ cursor: cursor ?? '' }, 'arthur')).toMatchObject(isRefusedCursor);
  });

  it('tells no key of the table: positions with more than a time and an id are refused', async () => {
    const query = { auditor: 'users:audrey', outcome: null, from: null, to: null };
    for (const position of [
      '',
      'LEDGER#3',
      '12#i-1',
      '000000000012#',
      `000000000012#${'x'.repeat(1001)}`,
    ]) {
      const cursor = cursorOf(query, position, nodeDigest);
      expect((await list({ cursor })).status).toBe(400);
    }
  });
});

describe('an export as CSV', () => {
  const evil = [
    "=cmd|' /C calc'!A0",
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    'a;=1',
    'a\t=1',
    '＝1',
    '"=1',
    ',=1',
    "'",
  ];
  /** As a spreadsheet reads it, with any of the separators that some have. */
  const cellsOf = (csv: string, separator: string): string[] => {
    const cells: string[] = [];
    let cell = '';
    let isQuoted = false;
    for (let at = 0; at < csv.length; at += 1) {
      const sign = csv.charAt(at);
      if (isQuoted && sign === '"' && csv.charAt(at + 1) === '"') {
        cell += sign;
        at += 1;
      } else if (sign === '"') isQuoted = !isQuoted;
      else if (!isQuoted && (sign === separator || sign === '\n')) {
        cells.push(cell);
        cell = '';
      } else cell += sign;
    }
    return [...cells, cell];
  };
  const exportOf = async (values: readonly string[]) => {
    const attacked = values.map((value, index) =>
      issuanceRecord(`i-${String(index)}`, {
        subject: value,
        data: {
          client: value,
          grant: value,
          tokenId: value,
          sessionName: value,
          accessKeyId: value,
          evidence: JSON.stringify({ groups: [value] }),
        },
      }),
    );
    return (await auditApi(attacked)('/v1/issuances', { query: { format: 'csv' } })).text;
  };

  it('has no cell that a spreadsheet takes for a formula, whatever was recorded', async () => {
    const csv = await exportOf(evil);
    for (const separator of [',', ';', '\t']) {
      const formulas = cellsOf(csv, separator).filter((cell) => /^\s*[=+\-@＝＋－＠]/.test(cell));
      expect(formulas).toEqual([]);
    }
  });

  it('keeps what is harmless as it was, and every line as one', async () => {
    const csv = await exportOf(['plain', 'with "quotes", and more']);
    const [heading = '', ...lines] = csv.trimEnd().split('\r\n');
    expect(heading.split(',').slice(0, 4)).toEqual(['at', 'outcome', 'id', 'subject']);
    expect(lines).toHaveLength(2);
    expect(csv).toContain(',plain,');
    expect(csv).toContain(',"with ""quotes"", and more",');
  });

  it('is refused as any other page is: with a cursor of another list', async () => {
    const { cursor } = await pageOf({ limit: '2' });
    const query = { cursor: cursor ?? '', format: 'csv', client: 'app' };
    expect((await ask('/v1/issuances', { query })).status).toBe(400);
  });
});
