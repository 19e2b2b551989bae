import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { writeOpeningPage } from '../../../../client/console/opening-page.ts';

const address = 'http://127.0.0.1:8710/console/?code=the-code';

describe('what a browser is started with', () => {
  it('is a file of its owner that leads to the address, and has no code in its name', async () => {
    const page = await writeOpeningPage(address);
    const file = fileURLToPath(page.url);
    expect(page.url).not.toContain('code=');
    expect(await readFile(file, 'utf8')).toContain(`url=${address}"`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    await page.remove();
    await expect(stat(dirname(file))).rejects.toThrow(/ENOENT/);
  });
});
