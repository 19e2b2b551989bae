/** Where the rows and the identities are; what is left out, the profile says. */
export interface PlaceOptions {
  readonly table?: string;
  readonly identityPoolId?: string;
  readonly developerProvider?: string;
  readonly region?: string;
  readonly awsEndpoint?: string;
}

export interface ChangeOptions extends PlaceOptions {
  readonly reason: string;
  readonly yes?: true;
}
