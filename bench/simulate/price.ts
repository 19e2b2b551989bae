/**
 * What a request costs by AWS's price list: us-east-1, on demand, first tier, November 2024 and later, without free
 * tiers, transfer, storage and what a deployment costs that nobody uses.
 * @see https://aws.amazon.com/api-gateway/pricing, …/lambda/pricing, …/step-functions/pricing, …/dynamodb/pricing,
 *   …/kms/pricing, …/eventbridge/pricing, …/cloudwatch/pricing
 */
const dollars = {
  gatewayRequest: 3.5e-6,
  lambdaRequest: 0.2e-6,
  /** arm64. */
  lambdaGigabyteSecond: 0.000_013_333_4,
  expressExecution: 1e-6,
  expressGigabyteSecond: 0.000_016_67,
  tableReadUnit: 0.125e-6,
  tableWriteUnit: 0.625e-6,
  event: 1e-6,
  logGigabyte: 0.5,
} as const;

const functionGigabytes = 0.5;
const executionGigabytes = 64 / 1024;
/** A request's own lines. */
const logKilobytesOfARequest = 0.6;

/** What a path uses, counted in the code: docs/scale.md says of what each is made. */
interface Use {
  readonly gatewayRequests: number;
  readonly functionMillis: readonly number[];
  readonly executionMillis: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly events: number;
  readonly logKilobytes: number;
}

/** Function `publish`, for each record: a hundred at a time where there are many. */
const publishMillis = 5;

export const useOfHit = (): Use => ({
  gatewayRequests: 1,
  functionMillis: [35, publishMillis],
  executionMillis: 0,
  // The rows of the subject, its client and grant, everybody's and the entry; whether the record is noted.
  readUnits: 5 + 1,
  // The issuance 1; its link in the chain 2, the note of its place 1, its lists 6.
  writeUnits: 10,
  events: 1,
  logKilobytes: logKilobytesOfARequest,
});

/** @param waitedMillis by the front @param logKilobytes of the execution, with its data */
export const useOfMint = (waitedMillis: number, logKilobytes: number): Use => ({
  gatewayRequests: 1,
  // The front, which waits; validate-token, map-role, obtain-open-id-token, assume-mapped-role; publish for three records.
  functionMillis: [waitedMillis, 9, 9, 50, 70, 3 * publishMillis],
  executionMillis: Math.max(0, waitedMillis - 45),
  readUnits: 5 + 9 + 4 + 4 + 3,
  // Lease 3, budget 1, intent 2, session 3, its place among the live 2, issuance 1, entry 3; three records in the ledger.
  writeUnits: 15 + 4 + 5 + 9,
  events: 2,
  logKilobytes: logKilobytesOfARequest + logKilobytes,
});

/** A refresh is a mint that has no request of its own, and whose front does not wait. */
export const useOfRefresh = (mint: Use): Use => ({
  ...mint,
  gatewayRequests: 0,
  functionMillis: [25, ...mint.functionMillis.slice(1)],
});

export const dollarsPerMillion = (use: Use): Readonly<Record<string, number>> => {
  const roundedMillis = Math.ceil(use.executionMillis / 100) * 100;
  const parts = {
    gateway: use.gatewayRequests * dollars.gatewayRequest,
    functions: use.functionMillis.reduce(
      (sum, millis) =>
        sum +
        dollars.lambdaRequest +
        (functionGigabytes * millis * dollars.lambdaGigabyteSecond) / 1000,
      0,
    ),
    execution:
      use.executionMillis === 0
        ? 0
        : dollars.expressExecution +
          (executionGigabytes * roundedMillis * dollars.expressGigabyteSecond) / 1000,
    table: use.readUnits * dollars.tableReadUnit + use.writeUnits * dollars.tableWriteUnit,
    events: use.events * dollars.event,
    logs: (use.logKilobytes * dollars.logGigabyte) / 2 ** 20,
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return Object.fromEntries(
    Object.entries({ ...parts, total }).map(([name, part]) => [name, part * 1e6]),
  );
};
