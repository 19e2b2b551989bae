import type { JSX } from 'preact';
import type { Failure } from '../broker.ts';

export const Notice = (props: {
  readonly title: string;
  readonly detail?: string;
}): JSX.Element => (
  <div class="notice" role="status">
    <strong>{props.title}</strong>
    {props.detail !== undefined && props.detail !== '' && <p>{props.detail}</p>}
  </div>
);

const advice: Readonly<Record<number, string>> = {
  401: 'The sign-in has ended. Reload the page and sign in again.',
  400: 'The broker does not take this question: something in the filters is not as it expects.',
  403: 'This needs the scope stepkey/audit, which members of the group auditors have.',
  404: 'There is no such record. Ids are compared exactly.',
  503: 'Wait a little and reload the page.',
};

export const FailureNotice = ({ failure }: { readonly failure: Failure }): JSX.Element => (
  <Notice title={failure.title} detail={advice[failure.status] ?? failure.detail} />
);
