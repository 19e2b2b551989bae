import type { Caller } from '../contracts/caller.ts';
import type { Grant } from '../grants/grant.ts';
import { fillPlaceholders } from '../template.ts';
import { tagValue, tagValueOfCaller } from './subject-values.ts';

/** Tags that every session carries; roles, the deny policy and auditors rely on them. */
export const reservedTagPrefix = 'stepkey-';

/**
 * The principal tags of a session: whom it is for, who asked, under which grant, and what the grant adds.
 * They travel inside the signed OpenID token, so unlike the session policy nobody can leave them out.
 * @throws Session.ValueRefused when a value is missing or STS would not take it
 */
export const sessionTagsOf = (
  grant: Grant,
  caller: Caller,
  templateValues: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    Object.entries(grant.tags).map(([key, template]) => [
      key,
      tagValue(
        fillPlaceholders(
          template,
          (name) => templateValues[name] ?? tagValueOfCaller(caller, name),
        ),
      ),
    ]),
  ),
  'stepkey-subject': tagValue(caller.subject),
  'stepkey-client': tagValue(caller.client),
  'stepkey-grant': tagValue(grant.name),
  ...(caller.actor === null ? {} : { 'stepkey-actor': tagValue(caller.actor) }),
});
