/**
 * Stands in in a function's bundle for `@smithy/core/event-streams`, which the SDK needs for answers that never end,
 * as of `SelectObjectContent`. The broker asks for none: whoever does, is told so.
 */
const refuse = (): never => {
  throw new Error('Event streams are not bundled.');
};

export const resolveEventStreamSerdeConfig = <T>(input: T): T => input;

export const eventStreamSerdeProvider = refuse;

/** Called with `new`. */
export const EventStreamSerde = function () {
  refuse();
};
