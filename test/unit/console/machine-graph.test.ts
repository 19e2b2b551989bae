import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { machineGraph } from '../../../console/src/machine-graph.ts';

const definition = JSON.parse(
  readFileSync(
    join(import.meta.dirname, '../../../statemachines/issue-credentials.asl.json'),
    'utf8',
  ),
) as Parameters<typeof machineGraph>[0];

describe('the drawing of an execution', () => {
  const path = ['ValidateToken', 'IsDenial', 'ExplainDenial', 'RecordDenial', 'Denied'];
  const graph = machineGraph(definition, path);

  it('marks exactly the states and the ways that were taken', () => {
    const takenStates = graph.nodes.filter(({ isTaken }) => isTaken).map(({ state }) => state);
    expect(takenStates.sort()).toEqual([...path].sort());
    expect(graph.edges.filter(({ isTaken }) => isTaken).map(({ from, to }) => [from, to])).toEqual([
      ['ValidateToken', 'IsDenial'],
      ['IsDenial', 'ExplainDenial'],
      ['ExplainDenial', 'RecordDenial'],
      ['RecordDenial', 'Denied'],
    ]);
  });

  it('shows where it could have gone on instead', () => {
    const untaken = graph.edges.filter(({ isTaken }) => !isTaken).map(({ to }) => to);
    expect(untaken).toContain('IsActing');
    expect(untaken).not.toContain('TakeLease');
  });

  it('puts no two states on one place, and every way inside the picture', () => {
    const places = graph.nodes.map(({ x, y }) => `${String(x)} ${String(y)}`);
    expect(new Set(places).size).toBe(places.length);
    for (const { x, y } of graph.edges.flatMap(({ points }) => points)) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(graph.width);
      expect(y).toBeLessThanOrEqual(graph.height);
    }
  });

  it('runs ways back, and ways past states, beside the column and each apart', () => {
    const loop = machineGraph(definition, [
      ...['TakeQuota', 'AwaitPaidSecond', 'NeedsRegistration', 'RegisterIdentity'],
      ...['IsIdentityAsked', 'TakeQuota', 'AwaitPaidSecond', 'NeedsRegistration', 'RecordIntent'],
    ]);
    const column = loop.nodes.filter(({ isTaken }) => isTaken);
    expect(new Set(column.map(({ x }) => x)).size).toBe(1);
    const jumps = loop.edges.filter(({ isTaken, points }) => isTaken && points.length > 2);
    expect(jumps.map(({ from, to }) => [from, to])).toEqual([
      ['IsIdentityAsked', 'TakeQuota'],
      ['NeedsRegistration', 'RecordIntent'],
    ]);
    const lanes = jumps.map(({ points }) => Math.min(...points.map(({ x }) => x)));
    expect(new Set(lanes).size).toBe(2);
    const left = Math.min(...column.map(({ x, width }) => x - width / 2));
    expect(lanes.every((lane) => lane > 0 && lane < left)).toBe(true);
  });

  it('is empty where nothing was logged', () => {
    expect(machineGraph(definition, [])).toMatchObject({ nodes: [], edges: [] });
  });

  it('says which states of the path it does not know', () => {
    expect(machineGraph(definition, ['ValidateToken', 'OldState']).unknownStates).toEqual([
      'OldState',
    ]);
  });
});
