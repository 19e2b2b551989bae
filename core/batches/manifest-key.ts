import { StepkeyError } from '../errors.ts';
import type { Manifest, ManifestFormat } from './batch.ts';

/** Where a client's manifests and reports are; nobody else's are read for it. */
export const batchPrefixOf = (client: string): string => `batches/${client}/`;

/** Letters, digits and a few signs; no empty, `.` or `..` segment, so that the prefix is what it seems to be. */
const keyAlphabet = /^[\w.+=@-]+(?:\/[\w.+=@-]+)*$/;

/**
 * The manifest that a client names, if it may be read for this client.
 * @param format null to go by the ending: `.csv`, `.jsonl` or `.ndjson`
 * @throws Batch.ManifestRefused for a key outside of the client's own prefix, or with a segment `.` or `..`
 * @throws Request.Malformed where the format is neither said nor to be seen
 */
export const manifestOf = (
  client: string,
  key: string,
  format: ManifestFormat | null,
): Manifest => {
  // control SEC-12
  const segments = key.split('/');
  if (
    key.length > 1024 ||
    !keyAlphabet.test(key) ||
    segments.some((segment) => segment === '.' || segment === '..') ||
    !key.startsWith(batchPrefixOf(client))
  ) {
    throw new StepkeyError('Batch.ManifestRefused');
  }
  const seen = /\.csv$/i.test(key) ? 'csv' : /\.(?:jsonl|ndjson)$/i.test(key) ? 'jsonl' : null;
  const chosen = format ?? seen;
  if (chosen === null) {
    throw new StepkeyError('Request.Malformed', { faults: ['manifest.format: csv or jsonl'] });
  }
  return { key, format: chosen };
};
