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

const noTls =
  'The loopback stands for TLS: no request reaches the twin’s bucket or queue without it.';
const bucketKeys = 'S3 encrypts nothing on the twin, so that nobody asks for the bucket’s key.';

export const unobservable: readonly Unobservable[] = [
  { mutant: '*archiveRole: EncryptSegments without *', reason: bucketKeys },
  { mutant: '*Role: Trace without itself', reason: xRay },
  { mutant: '*MachineRole: DeliverLogs without itself', reason: logDelivery },
  { mutant: '*MachineRole: EncryptDeliveredLogs without *', reason: logDelivery },
  { mutant: '*KeysData KeyPolicy: EncryptLogGroups without *', reason: logKeys },
  { mutant: '*KeysData KeyPolicy: DeliverExecutionLogs without *', reason: logKeys },
  { mutant: '*ApiCloudWatchRole AssumeRolePolicyDocument: #1 without itself', reason: accountLogs },
  {
    mutant: '*MachineRole AssumeRolePolicyDocument: #1 without StringEquals aws:SourceAccount',
    reason: 'The ARN that must be the source names the account too, so that this says it twice.',
  },
  {
    mutant: 'BrokerDenyPolicy PolicyDocument: #1 without itself',
    reason:
      'As deployed it denies nothing; what is written into it at run time is told of by stories.',
  },
  {
    mutant: 'BrokerApiv1*idsteps*: permission without itself',
    reason:
      'The permission for the resource above covers it: `*` in an ARN fits slashes. CDK gives one for each route.',
  },
  { mutant: 'FilesPolicy PolicyDocument: #1 without itself', reason: noTls },
  { mutant: '*LedgerExportBucketPolicy PolicyDocument: #1 without itself', reason: noTls },
  { mutant: '*FailedChangesPolicy PolicyDocument: #1 without itself', reason: noTls },
];
