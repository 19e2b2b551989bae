/** The package has no types of its own; these are of what is used here. */
declare module 'amazon-user-pool-srp-client' {
  export class SRPClient {
    /** @param poolName the user pool's id behind its Region and `_` */
    constructor(poolName: string);
    /** Hexadecimal. */
    calculateA(): string;
    getPasswordAuthenticationKey(
      userIdForSrp: string,
      password: string,
      srpB: string,
      salt: string,
    ): unknown;
  }
  export const calculateSignature: (
    key: unknown,
    poolName: string,
    userIdForSrp: string,
    secretBlock: string,
    timestamp: string,
  ) => string;
  export const getNowString: () => string;
}
