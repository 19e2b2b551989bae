import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileGrants, type GrantContext } from '../core/grants/compile.ts';
import type { Grant } from '../core/grants/grant.ts';

/**
 * Reads the grants of a directory, one per JSON file, sorted by name; their schema may lie beside them.
 * @throws GrantFilesError naming every fault of every file
 */
export const readGrants = (directory: string, context: GrantContext): readonly Grant[] =>
  compileGrants(
    readdirSync(directory)
      .filter((file) => file.endsWith('.json') && !file.endsWith('.schema.json'))
      .sort()
      .map((file) => ({ file, text: readFileSync(join(directory, file), 'utf8') })),
    context,
  );
