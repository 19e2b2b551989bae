import type { AccessRequest } from '../../iam/policy.ts';

/** The right to do one thing to the machine that the input names. */
export const onMachine =
  (action: string) =>
  (input: Record<string, unknown>): AccessRequest[] => [
    { action: `states:${action}`, resource: String(input['stateMachineArn']) },
  ];
