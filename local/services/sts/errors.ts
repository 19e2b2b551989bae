/** STS's refusals, with the codes and statuses of its wire. */
import { AwsError } from '../../aws.ts';

export const validationError = (message: string): AwsError =>
  new AwsError('ValidationError', message);

export const invalidIdentityToken = (message: string): AwsError =>
  new AwsError('InvalidIdentityTokenException', message, { wireCode: 'InvalidIdentityToken' });

export const identityProviderUnreachable = (): AwsError =>
  new AwsError('IDPCommunicationErrorException', 'The identity provider could not be reached.', {
    wireCode: 'IDPCommunicationError',
  });

export const malformedPolicy = (message: string): AwsError =>
  new AwsError('MalformedPolicyDocumentException', message, {
    wireCode: 'MalformedPolicyDocument',
  });

export const packedPolicyTooLarge = (percent: number): AwsError =>
  new AwsError(
    'PackedPolicyTooLargeException',
    `Packed policy consumes ${String(percent)}% of allotted space, please use smaller policy.`,
    { wireCode: 'PackedPolicyTooLarge' },
  );

export const accessDenied = (message: string): AwsError =>
  new AwsError('AccessDenied', message, { statusCode: 403 });
