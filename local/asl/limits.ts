import { AslError } from './errors.ts';

/** AWS's hard limit of a state's, a task's and an execution's input and output, in bytes of UTF-8 JSON. */
export const maximumPayloadBytes = 262_144;

/** Most bytes that the variables of one scope may hold together. */
export const maximumVariablesBytes = 10 * 1_048_576;

/** A UTF-16 unit becomes three bytes of UTF-8 at most, so a text up to this length needs no count. */
const surelySmall = Math.floor(maximumPayloadBytes / 3);

const exceedsPayloadLimit = (text: string): boolean =>
  text.length > surelySmall && Buffer.byteLength(text) > maximumPayloadBytes;

/**
 * The JSON text of a payload.
 * @param what how the cause names the payload: `The state/task 'X' returned a result`
 * @throws States.DataLimitExceeded above 256 KiB
 */
export const payloadText = (value: unknown, what: string): string => {
  const text = JSON.stringify(value);
  if (exceedsPayloadLimit(text)) {
    throw new AslError(
      'States.DataLimitExceeded',
      `${what} with a size exceeding the maximum number of bytes service limit.`,
    );
  }
  return text;
};
