import type { ComponentChildren, JSX } from 'preact';

/** Names and values, leaving out what is not there: `Time` and `Code` are called as functions for that. */
export const Facts = (props: {
  readonly facts: Readonly<Record<string, ComponentChildren>>;
}): JSX.Element => (
  <dl class="facts">
    {Object.entries(props.facts).map(([name, value]) =>
      value === null || value === undefined || value === '' ? null : (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ),
    )}
  </dl>
);

/** `2026-11-21 12:00:05` in UTC, as logs have it; the exact text stays readable to machines. */
export const Time = (props: {
  readonly at: string | null;
  readonly isPrecise?: boolean;
}): JSX.Element | null =>
  props.at === null ? null : (
    <time dateTime={props.at}>
      {props.at.replace('T', ' ').replace(props.isPrecise === true ? 'Z' : /(\.\d+)?Z$/, '')}
    </time>
  );

export const Code = ({ text }: { readonly text: string | null }): JSX.Element | null =>
  text === null ? null : <code>{text}</code>;

/** What is sealed tells a reader nothing but that it is there. */
const shortened = (name: string, value: unknown): unknown =>
  name.startsWith('sealed') && typeof value === 'string' && value.length > 60
    ? `${value.slice(0, 24)}… (${value.length.toLocaleString('en-US')} characters, sealed)`
    : value;

/** JSON for reading, scrollable by keyboard. */
export const Json = ({
  value,
  label,
}: {
  readonly value: unknown;
  readonly label: string;
}): JSX.Element => (
  <pre tabIndex={0} aria-label={label}>
    {JSON.stringify(value, shortened, 2)}
  </pre>
);

/** One line per name, such as a session's tags. */
export const Pairs = ({
  pairs,
}: {
  readonly pairs: Readonly<Record<string, unknown>>;
}): JSX.Element => (
  <ul class="plain-list">
    {Object.entries(pairs).map(([name, value]) => (
      <li key={name}>
        {name}: <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
      </li>
    ))}
  </ul>
);
