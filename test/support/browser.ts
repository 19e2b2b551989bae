import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { chromium, type Browser } from 'playwright-core';

export interface TestBrowser {
  readonly browser: Browser;
  readonly stop: () => Promise<void>;
}

/** Unpacks the browser, and says how it is to be started. */
const unpack = `
  const { default: chromium } = await import('@sparticuz/chromium');
  const executablePath = await chromium.executablePath();
  const { LD_LIBRARY_PATH } = process.env;
  process.stdout.write(JSON.stringify({ executablePath, args: chromium.args, LD_LIBRARY_PATH }));
`;

/**
 * A headless Chromium out of an npm package. It unpacks itself, its libraries and its fonts into the temporary
 * directory under common names, where what another version left would crash it: so it gets a directory of its own, by
 * a process of its own, because a test cannot change where its own process has its temporary files.
 */
export const startBrowser = async (): Promise<TestBrowser> => {
  const directory = mkdtempSync(join(tmpdir(), 'stepkey-browser-'));
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
  const unpacked = spawnSync(process.execPath, ['--input-type=module', '-e', unpack], {
    // As in a Lambda function: the package then brings the libraries that a machine without a browser lacks.
    env: { ...environment, TMPDIR: directory, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
    encoding: 'utf8',
  });
  if (unpacked.status !== 0) throw new Error(`the browser was not unpacked: ${unpacked.stderr}`);
  const { executablePath, args, LD_LIBRARY_PATH } = JSON.parse(unpacked.stdout) as {
    executablePath: string;
    args: string[];
    LD_LIBRARY_PATH: string;
  };
  const fonts = join(directory, 'stepkey-fonts.conf');
  writeFileSync(
    fonts,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${directory}/fonts</dir><cachedir>${directory}/fonts-cache</cachedir></fontconfig>`,
  );
  const browser = await chromium.launch({
    executablePath,
    args: [...args, '--no-sandbox'],
    headless: true,
    env: { ...environment, LD_LIBRARY_PATH, FONTCONFIG_FILE: fonts },
  });
  return {
    browser,
    stop: async () => {
      await browser.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** Where pictures for people go: `STEPKEY_PICTURES` where it is set, else nowhere. */
export const pictureDirectory = (): string | null => {
  const directory = process.env['STEPKEY_PICTURES'] ?? '';
  if (directory === '') return null;
  mkdirSync(directory, { recursive: true });
  return directory;
};
