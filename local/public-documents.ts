import type { PublicDocuments } from './wire/endpoint.ts';

/** What several services serve without a signature: the first that answers, in the order given. */
export const joinPublicDocuments =
  (...sources: readonly PublicDocuments[]): PublicDocuments =>
  async (request) => {
    for (const source of sources) {
      const answer = await source(request);
      if (answer !== null) return answer;
    }
    return null;
  };
