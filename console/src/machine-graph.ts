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
  /** Unique in the drawing: a state, or a way that was not taken. */
  readonly key: string;
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

const takenHeight = 42;
const untakenHeight = 26;
const margin = 12;
const rowGap = 24;
const untakenGap = 6;
/** Between the column and what stands right of it. */
const stubLength = 30;
/** Between ways that lead past other states. */
const laneWidth = 14;

/** Wide enough for the name in the page's font at 13 px. */
const widthOf = (state: string): number => 24 + state.length * 7.4;
const untakenWidthOf = (state: string): number => widthOf(state) * 0.9;

/** What no state can be called. */
const untakenKey = (from: string, to: string): string => `${from} > ${to}`;

/**
 * Draws the path that one execution took through a machine: its states in one column, in the order in which they were
 * first entered, with a stub to the right for wherever it could have gone instead. A layout of the whole machine
 * would hide the path among ways that were not taken. Ways that lead back or past other states run left of the column.
 * Of the ways into error handling, only those that were taken are drawn.
 * @param path names of the states in the order in which they were entered
 */
export const machineGraph = (definition: Definition, path: readonly string[]): MachineGraph => {
  const states = path.length === 0 ? [definition.StartAt] : [...new Set(path)];
  const taken = pairsOf(path);
  const jumps = taken.filter(([from, to]) => states.indexOf(to) !== states.indexOf(from) + 1);
  const untaken = waysOf(definition, states).filter(
    ([from, to]) => !taken.some(([one, other]) => one === from && other === to),
  );
  const columnWidth = Math.max(...states.map(widthOf));
  const columnX = margin + jumps.length * laneWidth + columnWidth / 2;
  const stubX = columnX + columnWidth / 2 + stubLength;
  const typeOf = (state: string): string => definition.States[state]?.Type ?? '';
  const nodes = new Map<string, GraphNode>();
  let y = margin;
  for (const state of path.length === 0 ? [] : states) {
    const stubs = untaken.filter(([from]) => from === state);
    const stubsHeight = stubs.length * (untakenHeight + untakenGap) - untakenGap;
    const rowHeight = Math.max(takenHeight, stubsHeight);
    nodes.set(state, {
      ...{ key: state, state, type: typeOf(state), isTaken: true },
      ...{ x: columnX, y: y + rowHeight / 2, width: widthOf(state), height: takenHeight },
    });
    for (const [index, [from, to]] of stubs.entries()) {
      const key = untakenKey(from, to);
      const top = y + (rowHeight - stubsHeight) / 2 + index * (untakenHeight + untakenGap);
      nodes.set(key, {
        ...{ key, state: to, type: typeOf(to), isTaken: false },
        ...{ x: stubX + untakenWidthOf(to) / 2, y: top + untakenHeight / 2 },
        ...{ width: untakenWidthOf(to), height: untakenHeight },
      });
    }
    y += rowHeight + rowGap;
  }
  const edgeOf = (
    [from, to]: Way,
    isTaken: boolean,
    lineOf: (start: GraphNode, end: GraphNode) => readonly Point[],
  ): readonly GraphEdge[] => {
    const [start, end] = [nodes.get(from), nodes.get(isTaken ? to : untakenKey(from, to))];
    return start === undefined || end === undefined
      ? []
      : [{ from, to, isTaken, points: lineOf(start, end) }];
  };
  return {
    width: Math.max(...[...nodes.values()].map((node) => node.x + node.width / 2), 0) + margin,
    height: y - rowGap + margin,
    nodes: [...nodes.values()],
    edges: [
      ...untaken.flatMap((way) => edgeOf(way, false, sideways)),
      ...taken.flatMap((way) => {
        const lane = jumps.indexOf(way);
        return edgeOf(way, true, lane < 0 ? downwards : around(margin + lane * laneWidth));
      }),
    ],
    unknownStates: states.filter((state) => definition.States[state] === undefined),
  };
};

const downwards = (start: GraphNode, end: GraphNode): readonly Point[] => [
  { x: start.x, y: start.y + start.height / 2 },
  { x: end.x, y: end.y - end.height / 2 },
];

/** From the right side into a stub. */
const sideways = (start: GraphNode, end: GraphNode): readonly Point[] => {
  const endX = end.x - end.width / 2;
  const bend = endX - stubLength / 2;
  return [
    { x: start.x + start.width / 2, y: start.y },
    { x: bend, y: start.y },
    { x: bend, y: end.y },
    { x: endX, y: end.y },
  ];
};

/** Out of the left side, along a lane, and in at the left; out below where it comes in, so that both are told apart. */
const around =
  (laneX: number) =>
  (start: GraphNode, end: GraphNode): readonly Point[] => [
    { x: start.x - start.width / 2, y: start.y + 8 },
    { x: laneX, y: start.y + 8 },
    { x: laneX, y: end.y - 8 },
    { x: end.x - end.width / 2, y: end.y - 8 },
  ];

type Way = readonly [string, string];

/** Each way from one state to the next, once. */
const pairsOf = (path: readonly string[]): readonly Way[] => [
  ...new Map(
    path.slice(1).map((to, index): [string, Way] => {
      const from = path[index] ?? '';
      return [untakenKey(from, to), [from, to]];
    }),
  ).values(),
];

/** The ways out of these states, each once, errors' apart. */
const waysOf = ({ States }: Definition, states: readonly string[]): readonly Way[] =>
  states.flatMap((from) => {
    const { Next, Default, Choices = [] } = States[from] ?? { Type: '' };
    const ways = new Set([Next, Default, ...Choices.map((choice) => choice.Next)]);
    return [...ways].flatMap((to) => (to === undefined ? [] : [[from, to] as const]));
  });
