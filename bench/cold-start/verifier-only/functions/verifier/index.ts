import { userPoolTokenVerifier } from '../../../../../adapters/token-verifier.ts';

/** What `decide` loads to verify a token, without what it needs to decide. */
export const handler = userPoolTokenVerifier;
