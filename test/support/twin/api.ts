import type { Twin } from '../../../local/twin.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

interface ApiRequest {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Where a test is about the 503 itself. */
  readonly once?: boolean;
}

const longestPatienceTurns = 8;

/** One request to the broker's API, as curl would make it; on a busy machine it comes again when a 503 tells it to. */
export const callApi = async (
  twin: Twin,
  method: string,
  path: string,
  options: ApiRequest = {},
): Promise<ApiAnswer> => {
  for (let turn = 1; ; turn += 1) {
    const answer = await request(twin, method, path, options);
    if (answer.status !== 503 || options.once === true || turn === longestPatienceTurns) {
      return answer;
    }
    const seconds = Number(answer.headers.get('retry-after') ?? '1');
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
};

const request = async (
  twin: Twin,
  method: string,
  path: string,
  options: ApiRequest,
): Promise<ApiAnswer> => {
  const hasBody = options.body !== undefined;
  const answer = await fetch(`${twin.endpoints.api}${path}`, {
    method,
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...options.headers,
    },
    ...(hasBody
      ? { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }
      : {}),
  });
  const text = await answer.text();
  const parsed: unknown = text === '' ? {} : JSON.parse(text);
  return {
    status: answer.status,
    headers: answer.headers,
    body: parsed as Record<string, unknown>,
    text,
  };
};
