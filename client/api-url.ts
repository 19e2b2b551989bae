const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The API's base address without a slash at its end. A token must not cross a network in clear text: http is for this
 * machine only.
 * @throws TypeError with a sentence for the person who configured it
 */
export const apiUrlOf = (text: string): string => {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError(`The API's address "${text}" is not a URL.`);
  }
  const isPlain = url.protocol === 'http:' && loopbackHosts.has(url.hostname);
  if (url.protocol !== 'https:' && !isPlain) {
    throw new TypeError(
      `The API's address "${text}" must start with https:// (http:// only on this machine).`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError("The API's address must not have a user name, a query or a fragment.");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
};
