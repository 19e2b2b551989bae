/**
 * Stands in a function's bundle for `@aws-sdk/credential-provider-node`: a function has its role's credentials in its
 * environment (Lambda) or at an address (the twin), never in files, SSO sessions or instance metadata.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
import process from 'node:process';
import { fromEnv, fromHttp } from '@aws-sdk/credential-providers';

export const defaultProvider = () =>
  process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] === undefined ? fromEnv() : fromHttp({});
