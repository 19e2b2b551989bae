import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { GraphEdge, GraphNode, MachineGraph } from '../machine-graph.ts';

/** The machine with the taken path. Its states are buttons; the list of steps beside it says the same in words. */
export const Graph = (props: {
  readonly graph: MachineGraph;
  readonly selected: string | null;
  readonly failed: string | null;
  readonly onSelect: (state: string) => void;
}): JSX.Element => {
  const { graph } = props;
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const first = graph.nodes.find(({ isTaken }) => isTaken);
    if (frame.current !== null && first !== undefined) {
      frame.current.scrollLeft = first.x - frame.current.clientWidth / 2;
    }
  }, [graph.width]);
  return (
    <div class="graph" ref={frame} tabIndex={0} role="group" aria-label="The execution as a graph">
      <svg
        width={graph.width}
        height={graph.height}
        viewBox={`0 0 ${String(graph.width)} ${String(graph.height)}`}
      >
        {graph.edges.map((edge) => (
          <path
            key={`${edge.from} ${edge.to}`}
            class={edge.isTaken ? 'edge taken' : 'edge'}
            d={lineOf(edge)}
          />
        ))}
        {graph.nodes.map((node) => (
          <Node
            key={node.state}
            node={node}
            isSelected={node.state === props.selected}
            isFailed={node.state === props.failed}
            onSelect={props.onSelect}
          />
        ))}
      </svg>
    </div>
  );
};

const lineOf = ({ points }: GraphEdge): string =>
  points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${String(x)},${String(y)}`).join(' ');

const Node = (props: {
  readonly node: GraphNode;
  readonly isSelected: boolean;
  readonly isFailed: boolean;
  readonly onSelect: (state: string) => void;
}): JSX.Element => {
  const { node } = props;
  const kinds = [
    'node',
    node.isTaken ? 'taken' : '',
    props.isFailed ? 'failed' : '',
    props.isSelected ? 'selected' : '',
  ];
  const select = () => {
    if (node.isTaken) props.onSelect(node.state);
  };
  return (
    <g
      class={kinds.filter((kind) => kind !== '').join(' ')}
      transform={`translate(${String(node.x - node.width / 2)},${String(node.y - node.height / 2)})`}
      role={node.isTaken ? 'button' : undefined}
      tabindex={node.isTaken ? 0 : -1}
      aria-pressed={node.isTaken ? props.isSelected : undefined}
      onClick={select}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        select();
      }}
    >
      <rect width={node.width} height={node.height} rx={node.type === 'Choice' ? 17 : 5} />
      <text x={node.width / 2} y={node.height / 2}>
        {node.state}
      </text>
    </g>
  );
};
