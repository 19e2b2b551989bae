/** The package has no types of its own; these are of what is used here. */
declare module 'amazon-user-pool-srp-client' {
  interface SrpClient {
    /** Hexadecimal. */
    calculateA(): string;
    getPasswordAuthenticationKey(
      userIdForSrp: string,
      password: string,
      srpB: string,
      salt: string,
    ): unknown;
  }
  /** CommonJS: all of it is the default. */
  const srpPackage: {
    /** `poolName` is the user pool's id behind its Region and `_`. */
    readonly SRPClient: new (poolName: string) => SrpClient;
    readonly calculateSignature: (
      key: unknown,
      poolName: string,
      userIdForSrp: string,
      secretBlock: string,
      timestamp: string,
    ) => string;
    readonly getNowString: () => string;
  };
  export default srpPackage;
}
