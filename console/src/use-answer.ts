import { useEffect, useState } from 'preact/hooks';
import { BrokerFailure, type Failure } from './broker.ts';

export type Loading<Answer> =
  | { readonly state: 'loading' }
  | { readonly state: 'there'; readonly answer: Answer }
  | { readonly state: 'failed'; readonly failure: Failure };

/** Asks whenever `key` changes; an answer that comes after the next question is dropped. */
export const useAnswer = <Answer>(key: string, ask: () => Promise<Answer>): Loading<Answer> => {
  const [held, hold] = useState<{ key: string; loading: Loading<Answer> }>({
    key,
    loading: { state: 'loading' },
  });
  useEffect(() => {
    let isCurrent = true;
    ask().then(
      (answer) => {
        if (isCurrent) hold({ key, loading: { state: 'there', answer } });
      },
      (error: unknown) => {
        if (isCurrent) hold({ key, loading: { state: 'failed', failure: failureOf(error) } });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [key]);
  return held.key === key ? held.loading : { state: 'loading' };
};

export const failureOf = (error: unknown): Failure =>
  error instanceof BrokerFailure
    ? error.failure
    : { status: 0, title: 'Something went wrong on this page', detail: '' };
