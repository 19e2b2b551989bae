/** The AWS account that the twin plays. */
export const twinPartition = 'aws';
export const twinRegion = 'us-east-1';
export const twinAccountId = '123456789012';
