interface LastWrite {
  /** The JSON of the item; undefined where the item was deleted. */
  readonly text: string | undefined;
  readonly written: Promise<unknown>;
}

/** Items as the next write of their key finds them, while the last one is on its way to the disk. */
export interface ItemsOnTheWay {
  readonly add: (place: string, text: string | undefined, written: Promise<unknown>) => void;
  /** Undefined where the disk has the last word. */
  readonly last: (place: string) => LastWrite | undefined;
}

export const createItemsOnTheWay = (): ItemsOnTheWay => {
  const lastWrites = new Map<string, LastWrite>();
  return {
    add: (place, text, written) => {
      const write = { text, written };
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
