/** IP addresses and CIDR blocks, as event patterns read them. */

interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const version4 = /^\d+\.\d+\.\d+\.\d+$/u;
const version6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/u;

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));

const version6Value = (text: string): bigint | null => {
  const halves = text.split('::');
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  const missing = 8 - head.length - tail.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return null;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/u.test(group))) return null;
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`);
};

/** Null where the text is no address. An IPv4 address that IPv6 maps is the IPv4 address. */
export const ipAddress = (text: string): IpAddress | null => {
  if (version4.test(text)) {
    const parts = text.split('.').map(Number);
    if (!parts.every((part) => part <= 255)) return null;
    return { bits: 32, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
  }
  if (!version6.test(text)) return null;
  const value = version6Value(text);
  if (value === null) return null;
  return value >> 32n === 0xffffn
    ? { bits: 32, value: value & 0xffff_ffffn }
    : { bits: 128, value };
};

const looksLikeIp = (text: string): boolean => version4.test(text) || version6.test(text);

/** @throws RangeError with AWS's reason when it is no block */
export const cidrBlock = (text: string): ((candidate: string) => boolean) => {
  const parts = text.split('/');
  const [base = '', mask = ''] = parts;
  if (parts.length !== 2 || mask === '') throw new RangeError("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d+$/u.test(mask))
    throw new RangeError('Malformed CIDR, mask bits must be an integer');
  const maskBits = Number(mask);
  if (maskBits < 0) throw new RangeError('Malformed CIDR, mask bits must not be negative');
  const address = ipAddress(base);
  if (address === null)
    throw new RangeError(`${looksLikeIp(base) ? 'Invalid' : 'Nonstandard'} IP address: ${base}`);
  if (address.bits === 32 && maskBits > 31) throw new RangeError('IPv4 mask bits must be < 32');
  if (address.bits === 128 && maskBits > 127) throw new RangeError('IPv6 mask bits must be < 128');
  const free = BigInt(address.bits - maskBits);
  return (candidate) => {
    const given = ipAddress(candidate);
    return given?.bits === address.bits && given.value >> free === address.value >> free;
  };
};
