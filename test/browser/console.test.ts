import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Twin } from '../../local/twin.ts';
import { pictureDirectory, startBrowser, type TestBrowser } from '../support/browser.ts';
import { callApi } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { signIn } from '../support/twin/people.ts';

let twin: Twin;
let running: TestBrowser;
let page: Page;
let accessKeyId: string;
let subject: string;
let identityId: string;
const complaints: string[] = [];
const foreign: string[] = [];

const picture = async (name: string): Promise<void> => {
  const directory = pictureDirectory();
  if (directory !== null) await page.screenshot({ path: join(directory, `${name}.png`) });
};

const open = async (hash: string): Promise<void> => {
  await page.goto(`${twin.endpoints.console}/${hash}`);
};

beforeAll(async () => {
  twin = await startDemoTwin();
  const alice = await signIn(twin, 'alice');
  const minted = await callApi(twin, 'POST', '/v1/credentials', { token: alice.idToken, body: {} });
  ({ subject, identityId } = minted.body as { subject: string; identityId: string });
  accessKeyId = (minted.body['credentials'] as { accessKeyId: string }).accessKeyId;
  await callApi(twin, 'POST', '/v1/credentials', { token: alice.idToken, body: {} });
  const frank = await signIn(twin, 'frank');
  await callApi(twin, 'POST', '/v1/credentials', { token: frank.idToken, body: {} });
  running = await startBrowser();
  page = await running.browser.newPage({ viewport: { width: 1200, height: 900 } });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(twin.endpoints.api)) foreign.push(request.url());
  });
});
afterAll(async () => {
  await running.stop();
  await twin.stop();
});

describe('the audit page', () => {
  it('lets nobody in with a wrong password, and says so', async () => {
    await open('');
    await page.fill('input[name=username]', 'audrey');
    await page.fill('input[name=password]', 'Wrong-horse-1');
    await page.click('button[type=submit]');
    await page.waitForSelector('[role=alert]:not(:empty)');
    expect(await page.textContent('[role=alert]')).toBe('User name or password is wrong.');
  });

  it('shows an auditor the hand-outs and refusals, newest first', async () => {
    await page.fill('input[name=password]', 'Correct-horse-1');
    await page.click('button[type=submit]');
    await page.waitForSelector('table.records');
    // The ledger's index follows the request by the table's stream.
    while ((await page.locator('table.records tbody tr').count()) < 3) {
      await page.reload();
      await page.waitForSelector('table.records');
    }
    const outcomes = await page.locator('table.records .outcome').allTextContents();
    expect(outcomes).toEqual(['denied', 'from cache', 'minted']);
    await picture('console-issuances');
  });

  it('leads from an access key id to the session, and to the steps of its execution', async () => {
    await page.fill('input[name=clue]', accessKeyId);
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=2 shown, newest first');
    await page.locator('table.records tbody tr:last-child a').first().click();
    await page.waitForSelector('.graph svg');
    const facts = await page.textContent('.facts');
    for (const known of [subject, identityId, accessKeyId, 'own-files, rule 0']) {
      expect(facts).toContain(known);
    }
    const steps = await page.locator('.steps .step > span:first-child').allTextContents();
    expect(steps[0]).toBe('ValidateToken');
    expect(steps.at(-1)).toBe('Issued');
    expect(await page.locator('.graph .node.taken').count()).toBe(new Set(steps).size);
    await page.locator('h2', { hasText: 'The execution' }).scrollIntoViewIfNeeded();
    await page.evaluate("document.querySelector('.execution').scrollIntoView()");
    await picture('console-execution');
  });

  it('opens a step by keyboard, with what went in and came out, and no secret in it', async () => {
    const node = page.locator('.graph .node', { hasText: 'ValidateToken' });
    await node.focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('pre[aria-label="Input of ValidateToken"]');
    expect(await node.getAttribute('aria-pressed')).toBe('true');
    await page.locator('button.step', { hasText: 'AssumeMappedRole' }).click();
    const text = await page.textContent('pre[aria-label="Output of AssumeMappedRole"]');
    expect(text).not.toBeNull();
    const everything = await page.content();
    expect(everything).not.toMatch(/secretAccessKey|"sessionToken"|eyJ[\w-]+\.eyJ/);
  });

  it('shows a person with what is live, and no button to revoke to who may not', async () => {
    await open(`#/subjects/${encodeURIComponent(subject)}`);
    await page.waitForSelector('.plain-list');
    expect(await page.textContent('.plain-list')).toContain(accessKeyId);
    expect(await page.locator('button.danger').count()).toBe(0);
    await picture('console-subject');
  });

  it('leads from an object’s path to the person', async () => {
    await open('#/');
    await page.fill('input[name=clue]', `private/${identityId}/notes.txt`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=2 shown, newest first');
  });

  it('shows new ones as they come', async () => {
    await open('#/');
    await page.waitForSelector('table.records');
    await page.check('input[type=checkbox]');
    const bob = await signIn(twin, 'bob');
    await callApi(twin, 'POST', '/v1/credentials', {
      token: bob.idToken,
      body: { grant: 'team-read' },
    });
    await page.waitForSelector('table.records tbody tr:first-child >> text=team-read');
  });

  it('works at the width of a phone, in the dark', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await open('#/');
    await page.waitForSelector('table.records');
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(390);
    await picture('console-phone');
  });

  it('says what is missing to somebody who may not read the ledger', async () => {
    await page.setViewportSize({ width: 1200, height: 900 });
    await page.click('text=Sign out');
    await page.fill('input[name=username]', 'alice');
    await page.fill('input[name=password]', 'Correct-horse-1');
    await page.click('button[type=submit]');
    await page.waitForSelector('.notice');
    expect(await page.textContent('.notice')).toMatch(/stepkey\/audit|not accepted/);
    expect(await page.locator('table.records').count()).toBe(0);
  });

  it('asked nobody else for anything, and met no error of its own', () => {
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
