import { StepkeyError } from '../errors.ts';
import type { Digest } from '../ports.ts';
import { canonicalJson, type Json } from './canonical-json.ts';

/** What a list is asked for, but for the page: a cursor is good for the same list only. */
export type ListQuery = Readonly<Record<string, Json>>;

const format = 1;
const positionShape = /^\d{12}#[\x21-\x7e]{1,1000}$/;

const markOf = (query: ListQuery, digest: Digest): string =>
  digest.sha256Hex(canonicalJson(query)).slice(0, 16);

/** Hides how a list goes on, so that nobody builds on it. It is no secret and no right: what it may show, the list may. */
export const cursorOf = (query: ListQuery, position: string, digest: Digest): string =>
  [String(format), markOf(query, digest), hexOf(position)].join('.');

/**
 * @returns where the page begins
 * @throws Request.Malformed for anything that is not a cursor of this list
 */
export const positionOf = (query: ListQuery, cursor: string, digest: Digest): string => {
  const [version, mark, hex = '', ...rest] = cursor.split('.');
  const position = /^(?:[0-9a-f]{2})+$/.test(hex) ? textOf(hex) : '';
  if (
    version !== String(format) ||
    rest.length > 0 ||
    mark !== markOf(query, digest) ||
    !positionShape.test(position)
  ) {
    throw new StepkeyError('Request.Malformed', {
      faults: ['cursor: is not one of this list, with these filters'],
    });
  }
  return position;
};

/** Positions are of printable ASCII: two digits a character. */
const hexOf = (text: string): string =>
  Array.from(text, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');

const textOf = (hex: string): string =>
  (hex.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('');
