/** Started one after the other, stopped the other way round, even where one of them failed to start. */
export interface Stoppable {
  readonly add: <T extends { readonly stop: () => Promise<void> }>(part: T) => T;
  readonly stop: () => Promise<void>;
}

export const stoppable = (): Stoppable => {
  const parts: { readonly stop: () => Promise<void> }[] = [];
  let stopping: Promise<void> | null = null;
  const stopAll = async (): Promise<void> => {
    for (const part of parts.reverse()) await part.stop();
  };
  return {
    add: (part) => {
      parts.push(part);
      return part;
    },
    stop: () => (stopping ??= stopAll()),
  };
};
