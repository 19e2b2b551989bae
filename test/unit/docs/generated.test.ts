import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { routes } from '../../../functions/api/routes.ts';
import { routes as batchRoutes } from '../../../functions/batches/routes.ts';
import { routes as replayRoutes } from '../../../functions/replay/routes.ts';
import { routes as revocationRoutes } from '../../../functions/revocations/routes.ts';
import { errorCatalogue } from '../../../core/errors.ts';
import { apiRoutes, routeNameOf } from '../../../core/contracts/api-routes.ts';
import { routes as auditRoutes } from '../../../functions/audit/routes.ts';
import { eventSchemaFiles } from '../../../tools/event-schemas.ts';
import { errorReference } from '../../../tools/error-reference.ts';
import { grantSchema } from '../../../tools/grant-schema.ts';
import { openApiDocument } from '../../../tools/open-api.ts';
import { tokenClaimsSchema } from '../../../tools/token-claims-schema.ts';

const root = join(import.meta.dirname, '../../..');
const jsonOf = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));
const asJson = (value: object): unknown => JSON.parse(JSON.stringify(value));

describe('what is generated', () => {
  it('docs/openapi.json says what the schemas that validate say', () => {
    expect(jsonOf('docs/openapi.json')).toEqual(asJson(openApiDocument()));
  });

  it('grants/grant.schema.json says what the type of a grant says', () => {
    expect(jsonOf('grants/grant.schema.json')).toEqual(asJson(grantSchema()));
  });

  it('identity/token-claims.schema.json says what the type of token claims says', () => {
    expect(jsonOf('identity/token-claims.schema.json')).toEqual(asJson(tokenClaimsSchema()));
  });

  it.each([...eventSchemaFiles()])('%s says what the schema of the event says', (file, schema) => {
    expect(jsonOf(file)).toEqual(asJson(schema));
  });

  it('docs/errors.md has a row for each name of the catalogue', () => {
    const text = readFileSync(join(root, 'docs/errors.md'), 'utf8');
    for (const name of Object.keys(errorCatalogue)) expect(text).toContain(`\`${name}\``);
    for (const row of errorReference().match(/`[A-Z]\w+\.\w+`/g) ?? []) expect(text).toContain(row);
  });

  it('docs/openapi.json describes exactly the routes of the API', () => {
    const { paths } = openApiDocument() as { paths: Record<string, object> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(apiRoutes.map(routeNameOf).sort());
  });

  it('each function answers exactly the routes that are given to it', () => {
    const answered = {
      api: [...Object.keys(routes), 'GET /v1/health'],
      revocations: Object.keys(revocationRoutes),
      batches: Object.keys(batchRoutes),
      audit: Object.keys(auditRoutes),
      replay: Object.keys(replayRoutes),
    };
    for (const [handler, names] of Object.entries(answered)) {
      const given = apiRoutes.filter((route) => route.handler === handler).map(routeNameOf);
      expect(given.sort()).toEqual(names.sort());
    }
  });

  it('a route takes access tokens if and only if it names scopes', () => {
    for (const { door, scopes } of apiRoutes) expect(scopes.length > 0).toBe(door === 'access');
  });
});
