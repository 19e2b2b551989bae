import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from './open-api/paths.ts';
import { schemaOf, schemas } from './open-api/schemas.ts';

const packageFile = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
) as { version: string; description: string };

/** docs/openapi.json, from the schemas that validate. */
export const openApiDocument = (): object => ({
  openapi: '3.1.0',
  info: {
    title: 'Stepkey',
    version: packageFile.version,
    description: packageFile.description,
  },
  paths,
  components: {
    securitySchemes: {
      idToken: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'An ID token of a user pool that the broker trusts.',
      },
      accessToken: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'An access token of a user pool that the broker trusts, with the scope named.',
      },
    },
    schemas: Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, schemaOf(schema)]),
    ),
  },
});
