interface LastWrite<Item> {
  /** A copy; undefined where the item was deleted. */
  readonly item: () => Item | undefined;
  readonly written: Promise<unknown>;
}

/** Items as the next write of their key finds them, while the last one is on its way to the disk. */
export interface ItemsOnTheWay<Item> {
  readonly add: (place: string, item: Item | undefined, written: Promise<unknown>) => void;
  /** Undefined where the disk has the last word. */
  readonly last: (place: string) => LastWrite<Item> | undefined;
}

export const createItemsOnTheWay = <Item>(): ItemsOnTheWay<Item> => {
  const lastWrites = new Map<string, LastWrite<Item>>();
  return {
    add: (place, item, written) => {
      const write = { item: () => structuredClone(item), written };
      lastWrites.set(place, write);
      const forget = (): void => {
        if (lastWrites.get(place) === write) lastWrites.delete(place);
      };
      // After a failure all later writes fail too, so that what is said of the item does not matter any more.
      written.then(forget, forget);
    },
    last: (place) => lastWrites.get(place),
  };
};
