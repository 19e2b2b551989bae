import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { AwsError } from '../../../local/aws.ts';
import type { Twin } from '../../../local/twin.ts';
import { accessibilityFaults } from '../../support/accessibility.ts';
import { pictureDirectory, startBrowser, type TestBrowser } from '../../support/browser.ts';
import { callApi } from '../../support/twin/api.ts';
import { startDemoTwin } from '../../support/twin/demo-twin.ts';
import { tokenOfMachine } from '../../support/twin/machines.ts';
import { signIn } from '../../support/twin/people.ts';

// One file, though long: its stories share one twin and one browser.

let twin: Twin;
let running: TestBrowser;
let page: Page;
let accessKeyId: string;
let subject: string;
let identityId: string;
/** Of the first hand-out. */
let mintedAt: string;
/** What STS answers to the next calls; it works where nothing is left. */
const stsFailures: ('ThrottlingException' | 'InvalidIdentityToken')[] = [];
const secrets: string[] = [];
const complaints: string[] = [];
const foreign: string[] = [];
/** What the browser was sent, by the path. */
const received: Promise<readonly [string, string]>[] = [];

const picture = async (name: string): Promise<void> => {
  const directory = pictureDirectory();
  if (directory !== null) await page.screenshot({ path: join(directory, `${name}.png`) });
};
const open = async (hash: string): Promise<void> => {
  await page.goto(`${twin.endpoints.console}/${hash}`);
};
const find = async (clue: string): Promise<void> => {
  await open('#/');
  await page.fill('input[name=clue]', clue);
  await page.keyboard.press('Enter');
};
const signInAtPage = async (username: string): Promise<void> => {
  await page.fill('input[name=username]', username);
  await page.fill('input[name=password]', 'Correct-horse-1');
  await page.click('button[type=submit]');
};
const columnOf = (name: string) =>
  page.locator(`table.records td[data-name="${name}"]`).allTextContents();

/** A request for credentials whose secrets are remembered, to be looked for on every page. */
const obtain = async (token: string, path: string, body: object) => {
  const answer = await callApi(twin, 'POST', path, { token, body });
  const { credentials } = answer.body as { credentials?: Record<string, string> };
  secrets.push(token.slice(token.indexOf('.') + 1));
  if (credentials !== undefined) {
    secrets.push(credentials['secretAccessKey'] ?? '', credentials['sessionToken'] ?? '');
  }
  return answer.body;
};
const addToGroup = (username: string, group: string) =>
  twin.call('cognito-idp', 'AdminAddUserToGroup', {
    UserPoolId: twin.endpoints.userPoolId,
    Username: username,
    GroupName: group,
  });

beforeAll(async () => {
  twin = await startDemoTwin({
    interceptor: ({ operation }) => {
      const code = operation === 'AssumeRoleWithWebIdentity' ? stsFailures.shift() : undefined;
      if (code !== undefined) throw new AwsError(code, 'No.', { statusCode: 400 });
    },
  });
  const { idToken: alice } = await signIn(twin, 'alice');
  const minted = await obtain(alice, '/v1/credentials', {});
  ({ subject, identityId } = minted as { subject: string; identityId: string });
  accessKeyId = (minted['credentials'] as { accessKeyId: string }).accessKeyId;
  mintedAt = new Date().toISOString();
  await obtain(alice, '/v1/credentials', {});
  await obtain((await signIn(twin, 'frank')).idToken, '/v1/credentials', {});
  await addToGroup('oscar', 'auditors');
  running = await startBrowser();
  page = await running.browser.newPage({ viewport: { width: 1200, height: 900 } });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused sign-in and a lost connection are told there too, and are part of the stories.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(twin.endpoints.api)) foreign.push(request.url());
  });
  page.on('response', (response) => {
    const path = new URL(response.url()).pathname;
    received.push(
      response.text().then(
        (text) => [path, text],
        () => [path, ''],
      ),
    );
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
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('shows an auditor the hand-outs and refusals, newest first', async () => {
    await signInAtPage('audrey');
    await page.waitForSelector('table.records, .empty');
    // The ledger's index follows the request by the table's stream.
    while ((await page.locator('table.records tbody tr').count()) < 3) {
      await page.reload();
      await page.waitForSelector('table.records, .empty');
    }
    expect(await page.locator('.outcome').allTextContents()).toEqual([
      'denied',
      'from cache',
      'minted',
    ]);
    await picture('console-issuances');
  });

  it('leads from an access key id to the session, and to the steps of its execution', async () => {
    await find(accessKeyId);
    await page.waitForSelector('text=2 shown, newest first');
    await page.locator('table.records tbody tr:last-child a').first().click();
    await page.waitForSelector('.graph svg');
    const facts = await page.locator('.facts').first().textContent();
    for (const known of [subject, identityId, accessKeyId, 'own-files, rule 0']) {
      expect(facts).toContain(known);
    }
    const steps = await page.locator('.steps .step > span:first-child').allTextContents();
    expect(steps[0]).toBe('IsAfterIdle');
    expect(steps.at(-1)).toBe('Issued');
    expect(await page.locator('.graph .node.taken').count()).toBe(new Set(steps).size);
    expect(await page.locator('.graph .node.failed').count()).toBe(0);
    const timings = await page.locator('.steps .step > .quiet').allTextContents();
    expect(timings.filter((timing) => !/^[\d,]+ ms$/.test(timing))).toEqual([]);
    expect(await page.getAttribute('text=Open in the AWS console', 'href')).toMatch(
      /^https:\/\/us-east-1\.console\.aws\.amazon\.com\/states\/.*stepkey-issue-credentials/,
    );
    await page.evaluate("document.querySelector('#execution').scrollIntoView()");
    await picture('console-execution');
  });

  it('opens a step by keyboard, with what went in and came out, and no secret in it', async () => {
    const node = page.locator('.graph .node.taken', { hasText: 'ValidateToken' });
    await node.focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('pre[aria-label="Input of ValidateToken"]');
    expect(await node.getAttribute('aria-pressed')).toBe('true');
    await page.locator('button.step', { hasText: 'AssumeMappedRole' }).click();
    const asked = await page.textContent('pre[aria-label="Arguments of AssumeMappedRole"]');
    expect(asked).toContain('sealedOpenIdToken');
    expect(await page.textContent('pre[aria-label="Result of AssumeMappedRole"]')).toContain(
      accessKeyId,
    );
    await page.waitForSelector('pre[aria-label="Output of AssumeMappedRole"]');
    await picture('console-step');
    const everything = await page.content();
    expect(everything).not.toMatch(/secretAccessKey|"sessionToken"|eyJ[\w-]+\.eyJ/);
  });

  it('shows a person with what is live, and no button to revoke to who may not', async () => {
    await find(subject.slice('users:'.length));
    await page.waitForSelector('.live-sessions');
    expect(await page.textContent('.live-sessions')).toContain(accessKeyId);
    expect(await page.textContent('.facts')).toContain(identityId);
    expect(await page.locator('button.danger').count()).toBe(0);
  });

  it('leads from an object’s path to who can get to it, and who was given credentials', async () => {
    const job = await tokenOfMachine(twin, 'batch');
    await obtain(job, '/v1/exchange/credentials', { grant: 'reports', subject: 'alice' });
    do {
      await find(`private/${identityId}/notes.txt`);
      await page.waitForSelector('table.records');
    } while ((await columnOf('Grant')).length < 3);
    expect(await columnOf('Grant')).toEqual(['reports', 'own-files', 'own-files']);
    expect(new Set(await columnOf('Subject'))).toEqual(new Set([subject]));
    expect(await page.locator('.card h2').allTextContents()).toEqual(['own-files', 'reports']);
    expect(
      await page.locator('.card', { hasText: `Here only the identity ${identityId}` }).count(),
    ).toBe(2);
    await picture('console-object');
    await find(`s3://${twin.endpoints.bucket}/elsewhere/notes.txt`);
    await page.waitForSelector('text=No grant leads to this object');
  });

  it.each<[string, () => string, string]>([
    ['a job', () => 'batch', '1 shown'],
    ['a grant', () => 'own-files', '2 shown'],
    ['a day', () => mintedAt.slice(0, 10), '4 shown'],
    ['a time', () => mintedAt, '4 shown'],
    ['a person', () => subject, '3 shown'],
    ['an identity', () => identityId, '3 shown'],
  ])('finds by %s', async (_, clue, shown) => {
    await find(clue());
    await page.waitForSelector('details[open].filter-box');
    await page.waitForSelector(`text=${shown}, newest first`);
  });

  it('leads from a role’s session in CloudTrail to the person', async () => {
    const name = subject.slice('users:'.length);
    await find(`arn:aws:sts::123456789012:assumed-role/stepkey-own-files/${name}`);
    await page.waitForSelector('.live-sessions');
    expect(await page.textContent('h1')).toBe(`Subject ${subject}`);
  });

  it('says of a clue that leads nowhere what it was taken for', async () => {
    await find('no-such-grant');
    await page.waitForSelector('text=It is no grant of this deployment');
    await find('01931a2b-0000-7000-8000-000000000000');
    await page.waitForSelector('text=It is no session, record or person');
    await open('#/sessions/none');
    await page.waitForSelector('text=There is no such record.');
    await open('#/?subject=users:nobody');
    await page.waitForSelector('text=Nothing is recorded that fits.');
  });

  it('shows new ones as they come', async () => {
    await open('#/');
    await page.waitForSelector('table.records');
    await page.check('input[name=live]');
    const { idToken: bob } = await signIn(twin, 'bob');
    // Tried again once: the attempts are in the steps.
    stsFailures.push('ThrottlingException');
    await obtain(bob, '/v1/credentials', { grant: 'team-read' });
    await page.waitForSelector('table.records tbody tr.fresh >> text=team-read');
    await page.waitForSelector('text=Live: 1 new.');
  });

  it('shows how often a step was tried, and why not once', async () => {
    await page.locator('tr.fresh a').first().click();
    const step = page.locator('button.step', { hasText: 'AssumeMappedRole' });
    expect(await step.textContent()).toMatch(/ms, 1 retry$/);
    await step.click();
    await page.waitForSelector('h3 >> text=Attempts that failed');
    expect(await page.textContent('.details .plain-list')).toContain('Upstream.Throttled');
    expect(await page.locator('.graph .failed').count()).toBe(0);
  });

  it('shows where an execution was ended, and by what', async () => {
    const { idToken: bob } = await signIn(twin, 'bob');
    stsFailures.push('InvalidIdentityToken');
    await obtain(bob, '/v1/credentials', { grant: 'own-files' });
    do {
      await open(`#/?outcome=failed`);
      await page.waitForSelector('table.records, .empty');
      await page.reload();
      await page.waitForSelector('table.records, .empty');
    } while ((await page.locator('.outcome.failed').count()) === 0);
    await page.locator('table.records tbody a').first().click();
    await page.waitForSelector('.graph .node.failed');
    expect(await page.textContent('.graph .node.failed')).toMatch(/^AssumeMappedRole.*ended here$/);
    expect(await page.textContent('.steps .refusing')).toContain(
      'Ended the execution: Upstream.Misconfigured',
    );
    expect(await page.locator('.facts >> text=failed').count()).toBeGreaterThan(0);
    await page.evaluate("document.querySelector('#execution').scrollIntoView()");
    await picture('console-refused');
  });

  it('says that the API refused before there was an execution', async () => {
    await open('#/?outcome=denied');
    await page.waitForSelector('table.records .outcome.denied');
    await page.locator('table.records tbody a').first().click();
    await page.waitForSelector('text=before any execution was started');
    expect(await page.textContent('h1')).toMatch(/^Refusal /);
    expect(await page.textContent('dl.facts')).toMatch(
      /team-read.*rule 0 would allow: groups.anyOf does not hold/,
    );
    expect(await page.textContent('main')).toContain('Grant.Refused');
    await picture('console-refusal');
  });

  it('says what is missing of a log, and what was too large for it', async () => {
    const steps = '**/v1/sessions/*/steps';
    const notFound = 'The log has nothing of this execution.';
    let isMissing = true;
    await page.route(steps, async (route) => {
      const response = await route.fetch();
      const { steps: whole, ...rest } = (await response.json()) as { steps: object[] };
      await route.fulfill({
        json: isMissing
          ? { ...rest, complete: false, reason: notFound, status: 'unknown', steps: [] }
          : {
              ...rest,
              ...{ complete: false, reason: 'Payloads were too large.' },
              steps: whole.map((step) => ({ ...step, truncated: true, output: null })),
            },
      });
    });
    await find(accessKeyId);
    await page.waitForSelector('text=2 shown, newest first');
    await page.locator('table.records tbody a').first().click();
    await page.waitForSelector(`text=${notFound}`);
    expect(await page.locator('.graph').count()).toBe(0);
    isMissing = false;
    await page.reload();
    await page.waitForSelector('text=Payloads were too large.');
    await page.locator('button.step', { hasText: 'MapRole' }).click();
    await page.waitForSelector('text=was too large for the log, which has cut it off');
    await page.waitForSelector('text=None in the log.');
    await page.unroute(steps);
  });

  it('says who can get what', async () => {
    await open('#/');
    await page.click('nav >> text=Who can get what');
    await page.waitForSelector('section.card >> text=own-files');
    expect(await columnOf('Grant')).toEqual([
      ...['by-role', 'own-files', 'reports', 'service-self', 'team-read'],
    ]);
    expect(await page.locator('.card', { hasText: 'own-files' }).first().textContent()).toContain(
      'Anyone in readers.',
    );
    await picture('console-grants');
    await page.fill('input[name=object]', 'team/plan.txt');
    await page.keyboard.press('Enter');
    await page.waitForSelector('h2 >> text=Who can');
    expect(await page.locator('.card h2').allTextContents()).toEqual(['team-read']);
  });

  it('needs no mouse', async () => {
    await open('#/');
    await page.reload();
    await page.waitForSelector('table.records');
    const focused = () =>
      page.evaluate<string>(
        "(document.activeElement.closest('td')?.dataset.name ?? document.activeElement.name ?? '') || document.activeElement.textContent",
      );
    const passed: string[] = [];
    do {
      await page.keyboard.press('Tab');
      passed.push(await focused());
    } while (passed.at(-1) !== 'When' && passed.length < 20);
    expect(passed).toEqual([
      ...['Skip to content', 'Issuances', 'Who can get what', 'Sign out'],
      ...['clue', 'Find', 'Filters', 'live', 'When'],
    ]);
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1 >> text=Session');
    // Where a screen reader goes on: at what is new.
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
  });

  it('can be read on a phone, in light and in dark, and by a screen reader', async () => {
    const id = encodeURIComponent(subject);
    const { body } = await callApi(twin, 'GET', `/v1/issuances?accessKeyId=${accessKeyId}`, {
      token: (await signIn(twin, 'audrey')).accessToken,
    });
    const [record] = body['records'] as { id: string; sessionId: string }[];
    const pages = [
      ...['#/', '#/?outcome=failed', '#/grants', `#/subjects/${id}`, '#/find/nothing'],
      ...[`#/sessions/${record?.sessionId ?? ''}`, `#/issuances/${record?.id ?? ''}`],
      ...[`#/objects?object=private/${identityId}/x`, '#/sessions/none'],
    ];
    for (const [colorScheme, width, height] of [
      ['light', 1200, 900],
      ['dark', 390, 800],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      for (const hash of pages) {
        await open(hash);
        await page.reload();
        await page.waitForSelector('main h1');
        while ((await page.locator('text=/^(Loading|Looking|Reading its log)…$/').count()) > 0);
        expect([hash, await accessibilityFaults(page)]).toEqual([hash, []]);
        const shown = await page.evaluate<number>('document.documentElement.scrollWidth');
        expect([hash, shown <= width]).toEqual([hash, true]);
        if (width === 390 && hash === '#/') await picture('console-phone');
      }
    }
    // The check itself: what is broken on purpose is told.
    await page.evaluate(
      "document.querySelector('h1').style.color = '#444'; document.querySelector('nav').removeAttribute('aria-label'); document.querySelector('main').append(document.createElement('button'))",
    );
    expect((await accessibilityFaults(page)).map((fault) => fault.replace(/[\d.]+/, 'n'))).toEqual(
      expect.arrayContaining([
        'a button has no name',
        'a navigation has no name',
        expect.stringContaining('too little contrast'),
        expect.stringContaining('axe, button-name: '),
      ]),
    );
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1200, height: 900 });
  });

  it('says what is missing to somebody who may not read the ledger', async () => {
    await open('#/');
    await page.click('text=Sign out');
    await signInAtPage('alice');
    await page.waitForSelector('.notice');
    expect(await page.textContent('.notice')).toMatch(/stepkey\/audit|not accepted/);
    expect(await page.locator('table.records').count()).toBe(0);
  });

  it('lets an operator revoke what a person holds, and says what became of it', async () => {
    const { idToken: alice } = await signIn(twin, 'alice');
    await page.click('text=Sign out');
    await signInAtPage('oscar');
    await page.waitForSelector('table.records');
    await open(`#/subjects/${encodeURIComponent(subject)}`);
    await page.click('text=Revoke everything that this subject holds');
    await picture('console-subject');
    await page.click('button.danger');
    // Nothing is revoked without a reason.
    expect(await page.locator('[role=status]:not(:empty)').count()).toBe(0);
    await page.fill('input[name=reason]', 'a lost laptop');
    await page.click('button.danger');
    await page.waitForSelector(
      '[role=status] >> text=/^Revocation [0-9a-f-]{36}: The broker refuses/',
    );
    await page.waitForSelector('.facts >> text=Revoked before');
    const refused = await callApi(twin, 'POST', '/v1/credentials', { token: alice });
    expect([refused.status, refused.body['type']]).toEqual([
      403,
      expect.stringMatching(/\/revoked$/),
    ]);
  });

  it('shows as text what any recorded field says, and runs none of it', async () => {
    const markup = '"><img class="smuggled" src="x" onerror="window.smuggled = true">';
    const poisoned = (value: unknown): unknown => {
      if (typeof value === 'string') {
        return /^\d{4}-\d\d-\d\dT/.test(value) ? value : value + markup;
      }
      if (Array.isArray(value)) return value.map(poisoned);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([name, member]) => [name, poisoned(member)]),
      );
    };
    const newest = async (outcome: 'minted' | 'denied') =>
      page.evaluate(async (wanted) => {
        const answer = await fetch(`v1/issuances?limit=1&outcome=${wanted}`);
        const { records } = (await answer.json()) as {
          records: { id: string; sessionId: string }[];
        };
        return records[0];
      }, outcome);
    const minted = await newest('minted');
    const denied = await newest('denied');
    await page.route('**/console/v1/**', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: poisoned(await response.json()) });
    });
    const hashes = [
      ...['#/', '#/grants', `#/objects?object=private/${identityId}/x`],
      ...[`#/sessions/${minted?.sessionId ?? ''}`, `#/subjects/${encodeURIComponent(subject)}`],
      ...[`#/issuances/${minted?.id ?? ''}`, `#/issuances/${denied?.id ?? ''}`],
    ];
    for (const hash of hashes) {
      await open(hash);
      await page.reload();
      await page.waitForSelector('text=class="smuggled"');
      expect(await page.locator('.smuggled').count()).toBe(0);
    }
    expect(await page.evaluate('window.smuggled')).toBeUndefined();
    await page.unroute('**/console/v1/**');
  });

  it('was sent no secret, whatever was opened', async () => {
    const all = await Promise.all(received);
    const paths = new Set(all.map(([path]) => path.replace(/(v1\/\w+)\/[^/]+/, '$1/…')));
    expect([...paths]).toEqual(
      expect.arrayContaining([
        ...['/console/', '/console/session', '/console/v1/issuances', '/console/v1/grants'],
        ...['/console/v1/issuances/…', '/console/v1/sessions/…', '/console/v1/sessions/…/steps'],
        ...['/console/v1/subjects/…', '/console/v1/revocations'],
      ]),
    );
    expect(secrets.length).toBeGreaterThan(10);
    const found = all.filter(([, text]) =>
      secrets.some((secret) => text.includes(secret) || text.includes(secret.slice(0, 24))),
    );
    expect(found.map(([path]) => path)).toEqual([]);
  });

  it('asked nobody else for anything, and met no error of its own', () => {
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
