import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { manifestOf } from '../../../../core/batches/manifest-key.ts';
import { refusalOf } from '../../../support/refusal.ts';
import { errorNameOf } from './error-name.ts';

describe('[SEC-12] the key of a manifest', () => {
  it.each([
    ['batches/batch/today.csv', 'csv'],
    ['batches/batch/2026/11/21/people.jsonl', 'jsonl'],
    ['batches/batch/people.NDJSON', 'jsonl'],
  ])('below the client’s own prefix is taken: %s', (key, format) => {
    expect(manifestOf('batch', key, null)).toEqual({ key, format });
  });

  it('needs no ending where the format is said', () => {
    expect(manifestOf('batch', 'batches/batch/people', 'csv').format).toBe('csv');
    for (const key of ['people', 'people.csv.gz', 'people.jsonl.gz', 'peoplecsv']) {
      expect(refusalOf(() => manifestOf('batch', `batches/batch/${key}`, null))).toMatchObject({
        name: 'Request.Malformed',
        faults: ['manifest.format: csv or jsonl'],
      });
    }
  });

  it('may be as long as S3 allows, and no longer', () => {
    const keyOf = (characters: number) => 'batches/batch/'.padEnd(characters, 'a');
    expect(manifestOf('batch', keyOf(1024), 'csv').key).toHaveLength(1024);
    expect(errorNameOf(() => manifestOf('batch', keyOf(1025), 'csv'))).toBe(
      'Batch.ManifestRefused',
    );
  });

  it.each([
    'batches/service/people.csv',
    'batches/batch2/people.csv',
    'batches/batch',
    'batches/batch/',
    'private/us-east-1:id/people.csv',
    'batches/batch/../service/people.csv',
    'batches/batch/./people.csv',
    'batches/batch//people.csv',
    '/batches/batch/people.csv',
    'batches/batch/%2e%2e/service/people.csv',
    'batches/batch/..\\service\\people.csv',
    'batches/batch/people.csv\n',
    'batches/batch/people\u0000.csv',
    'Batches/batch/people.csv',
  ])('is refused: %j', (key) => {
    expect(errorNameOf(() => manifestOf('batch', key, 'csv'))).toBe('Batch.ManifestRefused');
  });

  it('never leads out of the prefix, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('batches', 'batch', 'service', '..', '.', '', 'a.csv')),
        (parts) => {
          const key = parts.join('/');
          const isTaken = errorNameOf(() => manifestOf('batch', key, 'csv')) === null;
          const resolved = new URL(key, 's3://bucket/').pathname;
          if (isTaken) expect(resolved.startsWith('/batches/batch/')).toBe(true);
        },
      ),
    );
  });
});
