import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { toldOf } from '../../../client/cli/health/finding.ts';
import { assumptions } from '../../../client/cli/health/live/assumptions.ts';
import { probes } from '../../../client/cli/health/live/prove.ts';

const text = readFileSync(join(import.meta.dirname, '../../../docs/twin.md'), 'utf8');
const heading = '## What is assumed\n';
const behaviours = text.slice(text.indexOf('### User pool'), text.indexOf(heading));
const list = text.slice(text.indexOf(heading));

it('docs/twin.md lists what is assumed as the command does, word for word', () => {
  const rows = [...list.matchAll(/^\| `([a-z-]+)` +\| (.+?) +\| (.+?) +\|$/gm)].map(
    ([, id, sentence, shownBy]) => [id, sentence, shownBy],
  );
  expect(rows).toEqual(
    Object.entries(assumptions).map(([id, { sentence, shownBy }]) => [id, sentence, shownBy]),
  );
});

it('every behaviour that it calls assumed is named there, and everything there is called so', () => {
  const named = [...behaviours.matchAll(/assumed \(((?:`[a-z-]+`(?:, )?)+)\)/g)].map(
    ([, ids = '']) => ids.replaceAll('`', '').split(', '),
  );
  expect(behaviours.match(/assumed/gi)).toHaveLength(named.length);
  expect(named.flat().sort()).toEqual(Object.keys(assumptions).sort());
});

it('each has its probe', () => {
  expect(Object.keys(probes).sort()).toEqual(Object.keys(assumptions).sort());
});

it('what is not as assumed is told with what was assumed', () => {
  const told = toldOf({ check: 'assumed:unknown-bus', level: 'fail', message: 'refused' });
  expect(told).toMatchObject({ looksAt: assumptions['unknown-bus'].sentence });
  expect(told.mend).toContain('docs/twin.md');
});
