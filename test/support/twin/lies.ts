/** For everything that is assumed of AWS: an AWS that does otherwise, so that each probe is seen to notice it. */
import type { AssumptionId } from '../../../client/cli/health/live/assumptions.ts';
import type { Aws } from '../../../client/cli/health/deployment/aws.ts';

type Members = Record<string, unknown>;

/** Answers a call instead of the twin, which `really` still asks. */
type Answer = (really: () => Promise<Members>, input: Members) => Promise<Members>;

export type Lie =
  | { readonly service: keyof Aws; readonly command: string; readonly answer: Answer }
  /** Over plain HTTP: the answer's status and body, or null for the twin's own. */
  | {
      readonly http: (
        url: string,
        init: RequestInit,
        really: () => Promise<Response>,
      ) => Promise<Response>;
    };

const refusal = (name: string): Error => Object.assign(new Error('otherwise'), { name });
const refuses =
  (name: string): Answer =>
  () =>
    Promise.reject(refusal(name));
const changed =
  (change: (answer: Members, input: Members) => Members): Answer =>
  async (really, input) =>
    change(await really(), input);
const accepts =
  (instead: Members): Answer =>
  (really) =>
    really().catch(() => Promise.resolve(instead));

const json = (body: object, status = 200): Response =>
  new Response(JSON.stringify(body), { status });
const withClaims = (token: string, change: (claims: Members) => Members): string => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Members;
  const other = Buffer.from(JSON.stringify(change(claims))).toString('base64url');
  return [header, other, signature].join('.');
};
const targetOf = (init: RequestInit): string =>
  new Headers(init.headers).get('x-amz-target')?.split('.')[1] ?? '';

let srpAnswers: Response[] = [];

const onExecutions = (command: string, answer: Answer): Lie => ({
  service: 'states',
  command,
  answer,
});
const inputs = (change: (input: string) => string): Lie =>
  onExecutions(
    'DescribeExecutionCommand',
    changed((answer) => ({ ...answer, input: change(String(answer['input'])) })),
  );
const events = (change: (events: Members[]) => Members[]): Lie =>
  onExecutions(
    'GetExecutionHistoryCommand',
    changed((answer) => ({ ...answer, events: change(answer['events'] as Members[]) })),
  );

export const lies: Readonly<Record<AssumptionId, Lie>> = {
  'machine-token-claims': {
    http: async (url, _, really) => {
      const answer = await really();
      if (!url.endsWith('/oauth2/token')) return answer;
      const body = (await answer.json()) as Members;
      const token = withClaims(String(body['access_token']), (claims) => ({
        ...claims,
        username: 'batch',
      }));
      return json({ ...body, access_token: token });
    },
  },
  'srp-answer-once': {
    http: async (_, init, really) => {
      if (targetOf(init) !== 'RespondToAuthChallenge') return really();
      const [given] = srpAnswers;
      const answer = given ?? (await really());
      srpAnswers = [answer.clone()];
      return answer;
    },
  },
  'reset-refuses-tokens': {
    service: 'cognitoIdp',
    command: 'GetUserCommand',
    answer: accepts({ Username: 'somebody' }),
  },
  'raw-token': {
    http: async (url, init, really) => {
      const token = new Headers(init.headers).get('authorization') ?? '';
      const isRaw = url.endsWith('/v1/identity') && !token.startsWith('Bearer ');
      return isRaw ? json({}, 401) : really();
    },
  },
  'developer-login-alone': {
    service: 'cognitoIdentity',
    command: 'GetOpenIdTokenForDeveloperIdentityCommand',
    answer: async (really, { Logins }) =>
      Object.keys(Logins as object).length === 1
        ? Promise.reject(refusal('NotAuthorizedException'))
        : really(),
  },
  'custom-role-refused': {
    service: 'cognitoIdentity',
    command: 'GetCredentialsForIdentityCommand',
    answer: accepts({ Credentials: {} }),
  },
  'absent-claim-never-matches': {
    service: 'cognitoIdentity',
    command: 'GetCredentialsForIdentityCommand',
    answer: accepts({ Credentials: {} }),
  },
  'list-claim-with-commas': {
    service: 'cognitoIdentity',
    command: 'GetCredentialsForIdentityCommand',
    answer: refuses('NotAuthorizedException'),
  },
  'developer-tags-in-session': {
    service: 'cognitoIdentity',
    command: 'GetOpenIdTokenForDeveloperIdentityCommand',
    // The tag is lost on the way.
    answer: async (really, input) => {
      delete input['PrincipalTags'];
      return really();
    },
  },
  'classic-flow-off': {
    service: 'sts',
    command: 'AssumeRoleWithWebIdentityCommand',
    answer: changed((answer) => ({
      ...answer,
      Provider: 'https://cognito-identity.amazonaws.com',
    })),
  },
  'packed-policy': {
    service: 'sts',
    command: 'AssumeRoleWithWebIdentityCommand',
    answer: accepts({ PackedPolicySize: 99 }),
  },
  'session-token-length': {
    service: 'sts',
    command: 'AssumeRoleWithWebIdentityCommand',
    answer: changed((answer) => ({
      ...answer,
      Credentials: { SessionToken: 'x'.repeat(4096) },
    })),
  },
  'tags-without-leave': {
    service: 'sts',
    command: 'AssumeRoleWithWebIdentityCommand',
    answer: accepts({ Credentials: {} }),
  },
  'key-asked-at-start': onExecutions('StartSyncExecutionCommand', accepts({ status: 'FAILED' })),
  'sts-not-integrated': onExecutions(
    'ValidateStateMachineDefinitionCommand',
    changed(() => ({ result: 'OK', diagnostics: [] })),
  ),
  'same-input-as-json': onExecutions('StartExecutionCommand', async (really, { input }) =>
    String(input).includes(' ') ? Promise.reject(refusal('ExecutionAlreadyExists')) : really(),
  ),
  'stop-after-end': onExecutions('StopExecutionCommand', refuses('ValidationException')),
  'stopped-state-unsaid': events((all) =>
    all.flatMap((event) =>
      event['type'] === 'ExecutionAborted'
        ? [{ ...event, type: 'WaitStateAborted' }, event]
        : [event],
    ),
  ),
  'map-run-begins-empty': events((all) =>
    all.map((event) =>
      event['type'] === 'MapStateStarted'
        ? { ...event, mapStateStartedEventDetails: { length: 2 } }
        : event,
    ),
  ),
  'map-result-members': {
    service: 's3',
    command: 'GetObjectCommand',
    answer: changed(() => ({
      Body: { transformToString: () => Promise.resolve('[{"Output":1}]') },
    })),
  },
  'dates-as-texts': onExecutions(
    'TestStateCommand',
    changed((answer) => ({ ...answer, output: '1763737200' })),
  ),
  'bus-with-rules': { service: 'events', command: 'DeleteEventBusCommand', answer: accepts({}) },
  'unknown-target': {
    service: 'events',
    command: 'RemoveTargetsCommand',
    answer: async (really, { Ids }) =>
      (Ids as string[]).includes('nobody') ? { FailedEntryCount: 1, FailedEntries: [] } : really(),
  },
  'unknown-bus': {
    service: 'events',
    command: 'PutEventsCommand',
    answer: changed((answer) => ({ ...answer, FailedEntryCount: 1 })),
  },
  'path-finds-nothing': inputs((input) => (input === 'null' ? '{}' : input)),
  'json-in-quotes': inputs((input) => input.replaceAll('\\"', "'")),
  'newest-version-first': {
    service: 'iam',
    command: 'ListPolicyVersionsCommand',
    answer: changed((answer) => ({
      ...answer,
      Versions: (answer['Versions'] as object[]).toReversed(),
    })),
  },
  'sign-out-told': inputs((input) => input.replace(/"sub":"[^"]*"/, '"other":""')),
  'tokens-hidden': inputs((input) =>
    input.replaceAll('HIDDEN_DUE_TO_SECURITY_REASONS', 'eyJhbGciOi…'),
  ),
};

/** The clients of AWS, of which one answers one call otherwise. */
export const lying = (aws: Aws, lie: Lie): Aws => {
  if ('http' in lie) return aws;
  const client = aws[lie.service];
  const liar = new Proxy(client, {
    get: (target, member) => {
      const value: unknown = Reflect.get(target, member, target);
      if (typeof value !== 'function') return value;
      const method = value as (...args: unknown[]) => unknown;
      if (member !== 'send') return method.bind(target);
      return (command: { readonly input: Members }) => {
        const really = () => method.call(target, command) as Promise<Members>;
        return command.constructor.name === lie.command
          ? lie.answer(really, command.input)
          : really();
      };
    },
  });
  return { ...aws, [lie.service]: liar };
};

/** Puts a lie over HTTP in the place of the global `fetch`; the answer puts it back. */
export const lyingFetch = (lie: Lie): (() => void) => {
  if (!('http' in lie)) return () => undefined;
  const original = globalThis.fetch;
  srpAnswers = [];
  globalThis.fetch = (url, init = {}) =>
    lie.http(String(url instanceof Request ? url.url : url), init, () => original(url, init));
  return () => {
    globalThis.fetch = original;
  };
};
