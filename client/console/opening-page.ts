import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface OpeningPage {
  /** `file:` address of a page that leads on; nothing in it is secret. */
  readonly url: string;
  readonly remove: () => Promise<void>;
}

/**
 * A page that leads to an address, readable by its owner only. What a browser is started with is seen by every user
 * of a machine (`ps`); the code in the address is not for them.
 * @param address without characters that mean something in HTML
 */
export const writeOpeningPage = async (address: string): Promise<OpeningPage> => {
  const directory = await mkdtemp(join(tmpdir(), 'stepkey-console-'));
  const file = join(directory, 'open.html');
  const page = `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${address}"><title>Stepkey</title>`;
  await writeFile(file, page, { mode: 0o600, flag: 'wx' });
  return {
    url: pathToFileURL(file).href,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
};
