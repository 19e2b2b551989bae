/**
 * What the twin cannot notice the loss of, each with the reason. Reviewed like a policy: a line here says that
 * nothing but a deployment on AWS proves the right. A line that fits nothing any more fails the test.
 */
export interface Unobservable {
  /** Fits the id of a mutant; `*` stands for any characters. */
  readonly mutant: string;
  readonly reason: string;
}

const xRay = 'X-Ray is not emulated: a lost right costs traces, no request.';
const logDelivery =
  'Log delivery of machines is not emulated: AWS checks these rights when a machine is made.';
const logKeys = 'The twin keeps its logs unencrypted, so that nobody asks for their key.';
const accountLogs =
  'The account’s log role is API Gateway’s own affair; the twin writes access logs itself.';

export const unobservable: readonly Unobservable[] = [
  { mutant: '*Role: Trace without itself', reason: xRay },
];
