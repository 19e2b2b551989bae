import * as z from '../zod.ts';

export const replayAnswer = z.strictObject({
  replayed: z.int().check(z.nonnegative(), z.describe('How many events the bus took.')),
  cursor: z
    .nullable(z.string())
    .check(z.describe('Null when the range is done; ask again with it.')),
});

export type ReplayAnswer = z.infer<typeof replayAnswer>;

export const redriveAnswer = z.strictObject({
  replayed: z.int().check(z.nonnegative(), z.describe('How many events the bus took.')),
  chained: z
    .int()
    .check(
      z.nonnegative(),
      z.describe('How many records are in their chains and out of the queue.'),
    ),
  unreadable: z
    .int()
    .check(
      z.nonnegative(),
      z.describe("Messages that hold no record, such as Lambda's own; they stay in the queue."),
    ),
  isDone: z.boolean().check(z.describe('False where more may be in the queue; ask again.')),
});

export type RedriveAnswer = z.infer<typeof redriveAnswer>;
