/** Just enough XML to answer in AWS's query and S3 protocols. */
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string): string =>
  text
    .replace(/[&<>"]/gu, (character) => entities[character] ?? '')
    .replace(
      // XML would otherwise lose line breaks, and has no way to write the other controls raw.
      /\p{Cc}/gu,
      (character) => `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`,
    );

/** Seconds only, as STS writes it. */
const instant = (date: Date): string => date.toISOString().replace(/\.\d{3}Z$/u, 'Z');

/**
 * An element and what is in it: objects become children, absent members nothing.
 * @param listItem name around each item of a list; null repeats the element itself
 */
export const element = (name: string, value: unknown, listItem: string | null): string => {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    if (listItem === null) return value.map((item) => element(name, item, listItem)).join('');
    return `<${name}>${value.map((item) => element(listItem, item, listItem)).join('')}</${name}>`;
  }
  if (value instanceof Date) return `<${name}>${instant(value)}</${name}>`;
  if (typeof value === 'object') {
    const children = Object.entries(value).map(([child, inner]) => element(child, inner, listItem));
    return `<${name}>${children.join('')}</${name}>`;
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return `<${name}>${escaped(String(value))}</${name}>`;
  throw new TypeError(`${name} cannot be written as XML`);
};

export const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Adds a namespace to a document's root. */
export const withNamespace = (xml: string, namespace: string): string =>
  xml.replace(/^<([A-Za-z]+)/u, `<$1 xmlns="${namespace}"`);
