/** A list in pieces of at most so many, in its order: what one call of a service takes. */
export const piecesOf = <Item>(
  all: readonly Item[],
  length: number,
): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(all.length / length) }, (_, index) =>
    all.slice(index * length, (index + 1) * length),
  );
