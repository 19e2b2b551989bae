import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { runScripted, told } from './scripted-run.ts';
import type { ScriptedAnswer } from './scripted-run.ts';

interface Case {
  readonly title: string;
  readonly definition: Record<string, unknown>;
  readonly input: unknown;
  readonly tasks?: Record<string, ScriptedAnswer[]>;
  readonly outcome: Record<string, unknown>;
  readonly events?: string[];
  readonly elapsedMillis?: number;
  /** What lies in S3 before, by bucket and key: texts. */
  readonly objects?: Record<string, string>;
  /** What was written there: JSON. */
  readonly written?: Record<string, unknown>;
}

const folder = new URL('../../../fixtures/asl/', import.meta.url);

describe.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s', (file) => {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case[];

  it.each(cases.map((each) => [each.title, each] as const))('%s', async (_, expected) => {
    const definition = { QueryLanguage: 'JSONata', ...expected.definition };
    const run = await runScripted(definition, expected.input, expected.tasks, {
      ...(expected.objects !== undefined && { objects: expected.objects }),
    });
    const { status, ...rest } = run.outcome;
    const actual = 'output' in rest ? { output: JSON.parse(rest.output) as unknown } : rest;

    expect({ status, ...actual }).toMatchObject(expected.outcome);
    if (expected.events !== undefined) expect(told(run.events)).toEqual(expected.events);
    for (const [place, value] of Object.entries(expected.written ?? {})) {
      expect(JSON.parse(run.objects[place] ?? 'null')).toMatchObject(value as object);
    }
    if (expected.elapsedMillis !== undefined) {
      expect(run.elapsedMillis).toBe(expected.elapsedMillis);
    }
  });
});
