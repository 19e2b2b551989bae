import dagre from '@dagrejs/dagre';

/** The part of a state machine's text that its drawing needs. */
interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Next?: string;
        readonly Default?: string;
        readonly Choices?: readonly { readonly Next: string }[];
        readonly Catch?: readonly { readonly Next: string }[];
      }
    >
  >;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface GraphNode extends Point {
  readonly state: string;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly isTaken: boolean;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  readonly isTaken: boolean;
}

export interface MachineGraph {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** States of the path that the definition does not have: it was drawn from another version. */
  readonly unknownStates: readonly string[];
}

const height = 34;
/** What the layout is told, and what it adds. */
interface NodeSize extends Partial<Point> {
  readonly width: number;
  readonly height: number;
}
type GraphSize = Readonly<Record<string, unknown>> & {
  readonly width?: number;
  readonly height?: number;
};

/** Wide enough for the name in the page's font at 13 px. */
const widthOf = (state: string): number => 24 + state.length * 7.4;

/**
 * Lays out a machine and marks the path that one execution took.
 * Of the ways not taken, those that led away from the path are drawn; of the ways into error handling, only the taken.
 * @param path names of the states in the order in which they were entered
 */
export const machineGraph = (definition: Definition, path: readonly string[]): MachineGraph => {
  const taken = new Set(path.slice(1).map((state, index) => `${path[index] ?? ''} ${state}`));
  const visited = new Set(path);
  const drawn = edgesOf(definition).filter(
    ({ from, to, isCatch }) => taken.has(`${from} ${to}`) || (!isCatch && visited.has(from)),
  );
  const reached = new Set([
    definition.StartAt,
    ...path.filter((state) => definition.States[state] !== undefined),
    ...drawn.flatMap(({ from, to }) => [from, to]),
  ]);
  const graph = new dagre.graphlib.Graph<GraphSize, NodeSize, { points?: Point[] }>();
  graph.setGraph({ rankdir: 'TB', nodesep: 18, ranksep: 26, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const state of reached) graph.setNode(state, { width: widthOf(state), height });
  for (const { from, to } of drawn) graph.setEdge(from, to);
  dagre.layout(graph);
  const { width: totalWidth = 0, height: totalHeight = 0 } = graph.graph();
  return {
    width: totalWidth,
    height: totalHeight,
    nodes: graph.nodes().map((state) => {
      const { x = 0, y = 0, width } = graph.node(state);
      const type = definition.States[state]?.Type ?? '';
      return { state, type, x, y, width, height, isTaken: visited.has(state) };
    }),
    edges: graph.edges().map(({ v, w }) => ({
      from: v,
      to: w,
      points: graph.edge(v, w).points ?? [],
      isTaken: taken.has(`${v} ${w}`),
    })),
    unknownStates: [...visited].filter((state) => definition.States[state] === undefined),
  };
};

const edgesOf = (
  definition: Definition,
): readonly { readonly from: string; readonly to: string; readonly isCatch: boolean }[] => {
  const edges = Object.entries(definition.States).flatMap(([from, state]) => [
    ...[state.Next, state.Default, ...(state.Choices ?? []).map(({ Next }) => Next)].flatMap(
      (to) => (to === undefined ? [] : [{ from, to, isCatch: false }]),
    ),
    ...(state.Catch ?? []).map(({ Next }) => ({ from, to: Next, isCatch: true })),
  ]);
  // An ordinary way and an error's way between the same two states are one line.
  return edges.filter(
    (edge, index) =>
      edges.findIndex(({ from, to }) => from === edge.from && to === edge.to) === index,
  );
};
