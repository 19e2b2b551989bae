import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { GraphEdge, GraphNode, MachineGraph } from '../machine-graph.ts';

/** The machine with the taken path. Its states are buttons; the list of steps beside it says the same in words. */
export const Graph = (props: {
  readonly graph: MachineGraph;
  /** What is said of a taken state below its name, by name. */
  readonly notes: ReadonlyMap<string, string>;
  readonly selected: string | null;
  readonly refusing: string | null;
  readonly onSelect: (state: string) => void;
}): JSX.Element => {
  const { graph, selected } = props;
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const shown =
      graph.nodes.find(({ key }) => key === selected) ?? graph.nodes.find(({ isTaken }) => isTaken);
    const { current } = frame;
    if (current === null || shown === undefined) return;
    current.scrollLeft = shown.x - current.clientWidth / 2;
    current.scrollTop = shown.y - current.clientHeight / 2;
  }, [graph.width, selected]);
  return (
    <div class="graph" ref={frame} tabIndex={0} role="group" aria-label="The execution as a graph">
      <svg
        width={graph.width}
        height={graph.height}
        viewBox={`0 0 ${String(graph.width)} ${String(graph.height)}`}
      >
        <defs>
          <Arrow id="arrow" kind="edge" />
          <Arrow id="arrow-taken" kind="edge taken" />
        </defs>
        {graph.edges.map((edge) => (
          <path
            key={`${edge.from} ${edge.to}`}
            class={edge.isTaken ? 'edge taken' : 'edge'}
            d={lineOf(edge)}
            marker-end={edge.isTaken ? 'url(#arrow-taken)' : 'url(#arrow)'}
          />
        ))}
        {graph.nodes.map((node) =>
          node.isTaken ? (
            <TakenNode
              key={node.key}
              node={node}
              note={props.notes.get(node.state) ?? ''}
              isSelected={node.state === selected}
              isRefusing={node.state === props.refusing}
              onSelect={props.onSelect}
            />
          ) : (
            <UntakenNode key={node.key} node={node} />
          ),
        )}
      </svg>
    </div>
  );
};

const Arrow = (props: { readonly id: string; readonly kind: string }): JSX.Element => (
  <marker
    id={props.id}
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerWidth="8"
    markerHeight="8"
    markerUnits="userSpaceOnUse"
    orient="auto"
  >
    <path class={`head ${props.kind}`} d="M0,0L8,4L0,8z" />
  </marker>
);

const lineOf = ({ points }: GraphEdge): string =>
  points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${String(x)},${String(y)}`).join(' ');

const placeOf = ({ x, y, width, height }: GraphNode): string =>
  `translate(${String(x - width / 2)},${String(y - height / 2)})`;

/** Says where it could have gone; in words only for those who see it: no list of steps has it. */
const UntakenNode = ({ node }: { readonly node: GraphNode }): JSX.Element => (
  <g class="node" transform={placeOf(node)}>
    <title>Not taken</title>
    <rect width={node.width} height={node.height} rx={5} />
    <text x={node.width / 2} y={node.height / 2}>
      {node.state}
    </text>
  </g>
);

const TakenNode = (props: {
  readonly node: GraphNode;
  readonly note: string;
  readonly isSelected: boolean;
  readonly isRefusing: boolean;
  readonly onSelect: (state: string) => void;
}): JSX.Element => {
  const { node, note, isRefusing } = props;
  const kinds = [
    'node taken',
    ...(isRefusing ? ['failed'] : []),
    ...(props.isSelected ? ['selected'] : []),
  ];
  const select = () => {
    props.onSelect(node.state);
  };
  return (
    <g
      class={kinds.join(' ')}
      transform={placeOf(node)}
      role="button"
      tabindex={0}
      aria-pressed={props.isSelected}
      onClick={select}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        select();
      }}
    >
      <rect width={node.width} height={node.height} rx={node.type === 'Choice' ? 21 : 5} />
      <text x={node.width / 2} y={15}>
        {node.state}
      </text>
      <text class="note" x={node.width / 2} y={31}>
        {isRefusing ? `${note}, ended here` : note}
      </text>
    </g>
  );
};
