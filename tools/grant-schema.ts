import * as z from 'zod';
import { grantFileSchema } from '../core/grants/grant.ts';

/** The shape of a grant file, for editors; `compileGrants` checks more than a schema can say. */
export const grantSchema = (): object => ({
  title: 'A Stepkey grant',
  ...z.toJSONSchema(grantFileSchema, { io: 'input', target: 'draft-2020-12' }),
});
