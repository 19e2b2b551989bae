import { StepkeyError } from '../errors.ts';
import { parseStrictJson } from '../strict-json.ts';

const maximumTokenCharacters = 8192;

/** Header parameters that name or carry a key, or change how the token is read: Cognito sends none of them. */
const allowedHeaderParameters = new Set(['alg', 'kid', 'typ']);

/**
 * Takes the token out of an `Authorization` header, raw or after `Bearer `, as API Gateway does.
 * @throws Token.Invalid when there is none, or more than one word of one
 */
export const tokenOfAuthorization = (header: string | undefined): string => {
  const token = /^(?:Bearer +)?([^\s]+)$/i.exec(header?.trim() ?? '')?.[1];
  if (token === undefined) throw new StepkeyError('Token.Invalid');
  return token;
};

/**
 * Demands the one spelling of a signed token that Cognito uses, before any signature is computed: compact
 * JWS, RS256, canonical unpadded base64url, unambiguous JSON objects, no key or critical header of its own.
 * Libraries accept more; two spellings of one token must not both pass.
 * @throws Token.Invalid for everything else, and for more than 8 KiB
 * @see RFC 7515 §2, §4.1 and §7.1; RFC 8725 §3.1 and §3.10
 */
export const validateTokenShape = (token: string): void => {
  // control SEC-01
  if (token.length > maximumTokenCharacters) throw new StepkeyError('Token.Invalid');
  const parts = token.split('.');
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature || !isCanonical(signature)) {
    throw new StepkeyError('Token.Invalid');
  }
  const parameters = jsonObjectOf(header);
  const claims = jsonObjectOf(payload);
  if (
    claims === null ||
    parameters?.['alg'] !== 'RS256' ||
    typeof parameters['kid'] !== 'string' ||
    !Object.keys(parameters).every((name) => allowedHeaderParameters.has(name))
  ) {
    throw new StepkeyError('Token.Invalid');
  }
};

const jsonObjectOf = (part: string): Record<string, unknown> | null => {
  if (!isCanonical(part)) return null;
  const value = parseStrictJson(textOf(part));
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Empty, which is no JSON, for bytes that are not UTF-8. */
const textOf = (part: string): string => {
  // One character for each byte: where all are ASCII, as in nearly every token, that is the text.
  const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
  if (/^[\0-\x7f]*$/.test(binary)) return binary;
  try {
    return decoder.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    return '';
  }
};

/** Whether re-encoding the bytes gives the same text: alphabet, no padding, no stray bits at the end. */
const isCanonical = (part: string): boolean => {
  if (!/^[A-Za-z0-9_-]+$/.test(part) || part.length % 4 === 1) return false;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(part.at(-1) ?? '');
  const strayBits = part.length % 4 === 2 ? 0b1111 : part.length % 4 === 3 ? 0b11 : 0;
  return (last & strayBits) === 0;
};
