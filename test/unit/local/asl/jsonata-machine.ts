/** Machines in JSONata for tests, and what comes out of them. */

export const jsonata = (states: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...rest,
});
export const outputOf = ({ outcome }: { outcome: { status: string; output?: string } }): unknown =>
  outcome.output === undefined ? outcome : JSON.parse(outcome.output);

export const task = { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:dynamodb:getItem' };
