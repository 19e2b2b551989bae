/**
 * Writes what is derived from the code: the JSON Schemas of grants, token claims and events, docs/openapi.json,
 * docs/errors.md, the template of a spoke and the picture of the recording.
 * With `--check` it writes nothing and fails when a file is not what it would write.
 */
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { errorReference } from './error-reference.ts';
import { eventSchemaFiles } from './event-schemas.ts';
import { grantSchema } from './grant-schema.ts';
import { openApiDocument } from './open-api.ts';
import { readCast } from './recording/cast.ts';
import { renderSvg } from './recording/render.ts';
import { spokeTemplate } from './spoke-template.ts';
import { tokenClaimsSchema } from './token-claims-schema.ts';

const root = join(import.meta.dirname, '..');

const generated: Readonly<Record<string, () => string>> = {
  'grants/grant.schema.json': () => JSON.stringify(grantSchema()),
  'identity/token-claims.schema.json': () => JSON.stringify(tokenClaimsSchema()),
  'docs/openapi.json': () => JSON.stringify(openApiDocument()),
  'docs/errors.md': errorReference,
  'stacks/spoke.template.json': () => JSON.stringify(spokeTemplate()),
  'docs/images/main-path.svg': () =>
    renderSvg(readCast(readFileSync(join(root, 'docs', 'images', 'main-path.cast'), 'utf8'))),
  ...Object.fromEntries(
    [...eventSchemaFiles()].map(([file, schema]) => [file, () => JSON.stringify(schema)]),
  ),
};

const isCheck = process.argv.includes('--check');
const stale: string[] = [];
for (const [file, text] of Object.entries(generated)) {
  const path = join(root, file);
  const wanted = file.endsWith('.svg')
    ? text()
    : await format(text(), { ...(await resolveConfig(path)), filepath: path });
  if (wanted === (await readFile(path, 'utf8').catch(() => ''))) continue;
  if (isCheck) stale.push(file);
  else await writeFile(path, wanted);
}
if (stale.length > 0) {
  process.stderr.write(`Not up to date: ${stale.join(', ')}. Run: npm run generate\n`);
  process.exitCode = 1;
}
