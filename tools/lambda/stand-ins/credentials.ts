/**
 * Stands in in a function's bundle for `@aws-sdk/credential-provider-node`: a function has its role's credentials in its
 * environment (Lambda) or at an address (the twin), never in files, SSO sessions or instance metadata.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
import process from 'node:process';
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { fromHttp } from '@aws-sdk/credential-provider-http';

type Credentials = Awaited<ReturnType<ReturnType<typeof fromHttp>>>;

/** As long before their end as the SDK's own chain fetches new ones. */
const renewedBeforeMillis = 300_000;

const areGood = ({ expiration }: Credentials): boolean =>
  expiration === undefined || expiration.getTime() - Date.now() > renewedBeforeMillis;

/** A client asks before every call, and leaves it to the default provider to remember. */
const remembering = (provide: () => Promise<Credentials>): (() => Promise<Credentials>) => {
  let latest: Promise<Credentials> | null = null;
  return async () => {
    const asked = latest;
    const known = await asked?.catch(() => null);
    if (known && areGood(known)) return known;
    // Whoever else waited meanwhile may have asked already.
    if (latest === asked || latest === null) latest = provide();
    return latest;
  };
};

export const defaultProvider = (): (() => Promise<Credentials>) =>
  remembering(
    process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] === undefined ? fromEnv() : fromHttp({}),
  );
