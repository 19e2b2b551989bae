import * as z from 'zod';
import { tokenClaimsFileSchema } from '../core/token-claims/token-claims.ts';

/** The shape of the token claims file, for editors; `compileTokenClaims` checks more than a schema can say. */
export const tokenClaimsSchema = (): object => ({
  title: 'Stepkey’s token claims',
  ...z.toJSONSchema(tokenClaimsFileSchema, { io: 'input', target: 'draft-2020-12' }),
});
