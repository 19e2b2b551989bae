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
  const path = ['ValidateToken', 'IsDenial', 'RecordDenial', 'Denied'];
  const graph = machineGraph(definition, path);

  it('marks exactly the states and the ways that were taken', () => {
    const takenStates = graph.nodes.filter(({ isTaken }) => isTaken).map(({ state }) => state);
    expect(takenStates.sort()).toEqual([...path].sort());
    expect(graph.edges.filter(({ isTaken }) => isTaken).map(({ from, to }) => [from, to])).toEqual([
      ['ValidateToken', 'IsDenial'],
      ['IsDenial', 'RecordDenial'],
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

  it('says which states of the path it does not know', () => {
    expect(machineGraph(definition, ['ValidateToken', 'OldState']).unknownStates).toEqual([
      'OldState',
    ]);
  });
});
