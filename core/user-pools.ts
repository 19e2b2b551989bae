/** A user pool whose tokens the broker takes. */
export interface UserPool {
  /** The first part of a subject id; stable even if the pool is replaced. */
  readonly alias: string;
  readonly userPoolId: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** The broker's name of each app client → its client id. A client that is not listed here is nobody. */
  readonly clients: Readonly<Record<string, string>>;
}

/**
 * What makes a deployment's pools ambiguous, one name for each fault. A grant lists clients by name alone, and a
 * revocation names them so: a name that two pools had would open to one pool's people what was meant for another's.
 * @returns empty where everything has one meaning
 */
export const ambiguousNamesOf = (
  pools: readonly Pick<UserPool, 'alias' | 'clients'>[],
): readonly string[] => {
  // control SEC-10
  const repeated = (kind: string, names: readonly string[]): string[] =>
    [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map(
      (name) => `${kind} ${name}`,
    );
  return [
    ...repeated(
      'alias',
      pools.map(({ alias }) => alias),
    ),
    ...repeated(
      'client',
      pools.flatMap(({ clients }) => Object.keys(clients)),
    ),
    ...repeated(
      'client id',
      pools.flatMap(({ clients }) => Object.values(clients)),
    ),
  ];
};
