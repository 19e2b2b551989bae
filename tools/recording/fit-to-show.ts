/** What no recording may show: secrets, and where it was made. Each with how it looks. */
const unfit: Readonly<Record<string, RegExp>> = {
  'a token': /eyJ[\w-]{8}/,
  'a password': /Correct-horse|Change-me/,
  'a session token': /[\w/+=-]{100}/,
  'a secret access key':
    /(?<![\w/+=-])(?=[\w/+]*[A-Z])(?=[\w/+]*[a-z])(?=[\w/+]*\d)[\w/+]{40}(?![\w/+=-])/,
  'a path of the machine': /\/(?:home|Users|root|tmp|var|work|private\/tmp)\//,
};

/**
 * @param besides secrets and names as they are, such as the host's
 * @returns what is in the text that may not be, none where it is fit to be shown
 */
export const unfitIn = (text: string, besides: readonly string[] = []): readonly string[] => [
  ...Object.entries(unfit).flatMap(([name, pattern]) => (pattern.test(text) ? [name] : [])),
  ...besides.flatMap((secret) =>
    secret.length > 2 && text.includes(secret) ? ['a secret or a name of this run'] : [],
  ),
];
