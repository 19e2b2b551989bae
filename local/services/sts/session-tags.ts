/** Tags of a session, from a token's claim or from AssumeRole's parameter, under STS's rules. */
const mostTags = 50;
const keyForm = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const valueForm = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** Why these tags are not allowed; null when they are. Names no key and no value. */
export const faultOfTags = (tags: readonly (readonly [string, string])[]): string | null => {
  if (tags.length > mostTags) return `at most ${String(mostTags)} tags are allowed`;
  const keys = new Set(tags.map(([key]) => key.toLowerCase()));
  if (keys.size < tags.length) return 'a tag key is given twice';
  for (const [key, value] of tags) {
    if (!keyForm.test(key)) return 'a tag key has characters or a length that are not allowed';
    if (!valueForm.test(value))
      return 'a tag value has characters or a length that are not allowed';
    if (key.toLowerCase().startsWith('aws:')) return 'tag keys with the prefix aws: are reserved';
  }
  return null;
};

/** The request's keys that trust policies test: `aws:RequestTag/…` and `aws:TagKeys`. */
export const requestTagKeys = (
  tags: Readonly<Record<string, string>>,
): Record<string, string | readonly string[]> => ({
  ...Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]),
  ),
  ...(Object.keys(tags).length === 0 ? {} : { 'aws:TagKeys': Object.keys(tags) }),
});
