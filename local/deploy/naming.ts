import { createHash } from 'node:crypto';

/**
 * Names for resources that the template leaves unnamed. They follow from stack and logical id alone,
 * so that a crash between making a resource and writing it down cannot leave a second one behind.
 */
const generatedSuffix = (
  resource: { readonly stackName: string; readonly logicalId: string },
  alphabet: string,
  length: number,
): string => {
  const digest = createHash('sha512')
    .update(`${resource.stackName}\n${resource.logicalId}`)
    .digest();
  return Array.from(digest.subarray(0, length), (byte) =>
    alphabet.charAt(byte % alphabet.length),
  ).join('');
};

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const smalls = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** `Stack-LogicalId-1A2B3C4D5E6F`, as CloudFormation names things, within a limit of characters. */
export const generatedName = (
  resource: { readonly stackName: string; readonly logicalId: string },
  maxLength = 64,
): string => {
  const suffix = generatedSuffix(resource, capitals, 12);
  const prefix = `${resource.stackName}-${resource.logicalId}`.slice(0, maxLength - 13);
  return `${prefix}-${suffix}`;
};

/** Ten characters, as API Gateway's ids are. */
export const generatedApiId = (resource: {
  readonly stackName: string;
  readonly logicalId: string;
}): string => generatedSuffix(resource, smalls, 10);
