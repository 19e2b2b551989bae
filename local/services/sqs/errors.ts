/** SQS's refusals: a name for its JSON protocol, and the older code that clients read from a header. */
import { AwsError } from '../../aws.ts';

export const queueDoesNotExist = (): AwsError =>
  new AwsError('QueueDoesNotExist', 'The specified queue does not exist.', {
    wireCode: 'AWS.SimpleQueueService.NonExistentQueue',
  });

export const receiptHandleIsInvalid = (): AwsError =>
  new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');

export const invalidMessageContents = (): AwsError =>
  new AwsError(
    'InvalidMessageContents',
    'The message contains characters outside the allowed set.',
  );

export const invalidValue = (parameter: string, reason: string): AwsError =>
  new AwsError(
    'InvalidParameterValueException',
    `Value for parameter ${parameter} is invalid. Reason: ${reason}.`,
    { wireCode: 'InvalidParameterValue' },
  );

export const missing = (parameter: string): AwsError =>
  new AwsError(
    'MissingRequiredParameterException',
    `The request must contain the parameter ${parameter}.`,
    { wireCode: 'MissingParameter' },
  );
