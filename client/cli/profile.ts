/** Where a deployment is and who signs in there: one profile. */

/** How people and machines sign in; null settings need none, because a token is given. */
export interface SignInSettings {
  readonly userPoolId: string;
  /** Of the user pool's API: AWS's own for the Region, unless a twin stands in. */
  readonly userPoolEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** Of machines; null for people. */
  readonly machine: { readonly tokenEndpoint: string; readonly scopes: readonly string[] } | null;
}

export interface Profile {
  readonly name: string;
  readonly api: string;
  readonly region: string | null;
  /** For the commands that `exec` starts and the AWS profile that `configure` writes; null for AWS itself. */
  readonly awsEndpoint: string | null;
  /** What `identity show`, `link`, `merge` and `adopt` work on with the operator's own rights; null where it is not known. */
  readonly table: string | null;
  readonly identityPoolId: string | null;
  readonly developerProvider: string | null;
  readonly signIn: SignInSettings | null;
  /** Who signs in when `login` is not told. */
  readonly username: string | null;
  /** What to ask for where no `--grant` is given; null leaves it to the broker. */
  readonly grant: string | null;
  readonly roleArn: string | null;
  /** Whom a machine acts for; null for itself. */
  readonly subject: string | null;
  /** A token that needs no sign-in; null where there is one. */
  readonly givenToken: { readonly text: string } | { readonly file: string } | null;
}
