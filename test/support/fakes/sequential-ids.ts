import type { IdSource } from '../../../core/ports.ts';

/** Identifiers in order, each of the length and alphabet that the port promises. */
export const sequentialIds = (): IdSource => {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return `019aa000-0000-7000-8000-${count.toString(16).padStart(12, '0')}`;
    },
  };
};
