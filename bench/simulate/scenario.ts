/** What is simulated. A shard is a part of the subjects with the same part of the requests and of the budget. */
export interface Scenario {
  readonly name: string;
  readonly subjects: number;
  readonly requestsPerSecond: number;
  /** Developer-identity calls in a second, as the deployment is set. */
  readonly callsPerSecond: number;
  /** Of a session. */
  readonly durationSeconds: number;
  readonly seconds: number;
  /** From when on it is counted; before, the start is forgotten. */
  readonly countedFromSeconds: number;
  /**
   * cold: no entries. warm: entries of every age up to their refresh. mass: entries of every subject, minted within the last minute.
   */
  readonly start: 'cold' | 'warm' | 'mass';
  readonly seed: number;
}

/** The same with one part in so many of the subjects, the requests and the budget. */
export const shardOf = (scenario: Scenario, parts: number): Scenario => ({
  ...scenario,
  subjects: Math.round(scenario.subjects / parts),
  requestsPerSecond: scenario.requestsPerSecond / parts,
  callsPerSecond: Math.max(1, Math.round(scenario.callsPerSecond / parts)),
});
