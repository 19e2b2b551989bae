import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** A table whose rows have the keys of the broker's table, and nothing else of it. */
export const rowsTable = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
} satisfies Partial<CreateTableCommandInput>;
