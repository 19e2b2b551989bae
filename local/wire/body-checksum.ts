/** The checksums that S3 clients send beside a body, in a header or as a trailer. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { AwsError } from '../aws.ts';

/** Reflected CRC-32C (Castagnoli), which Node does not have. */
const crc32cTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1)
    value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

const crc32c = (data: Buffer): number => {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ (crc32cTable[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
};

const all64 = 0xffffffffffffffffn;
const crc64Table = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit += 1)
    value = (value & 1n) === 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  return value;
});

const crc64nvme = (data: Buffer): bigint => {
  let crc = all64;
  for (const byte of data)
    crc = (crc >> 8n) ^ (crc64Table[Number((crc ^ BigInt(byte)) & 0xffn)] ?? 0n);
  return crc ^ all64;
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const uint64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

const digest =
  (name: string) =>
  (data: Buffer): Buffer =>
    createHash(name).update(data).digest();

const checksums: ReadonlyMap<string, (data: Buffer) => Buffer> = new Map([
  ['content-md5', digest('md5')],
  ['x-amz-checksum-crc32', (data) => uint32(crc32(data))],
  ['x-amz-checksum-crc32c', (data) => uint32(crc32c(data))],
  ['x-amz-checksum-crc64nvme', (data) => uint64(crc64nvme(data))],
  ['x-amz-checksum-sha1', digest('sha1')],
  ['x-amz-checksum-sha256', digest('sha256')],
]);

/** @throws AwsError BadDigest when a checksum among these headers or trailers is not the body's */
export const verifyChecksums = (body: Buffer, headers: ReadonlyMap<string, string>): void => {
  for (const [name, compute] of checksums) {
    const presented = headers.get(name);
    if (presented !== undefined && presented !== compute(body).toString('base64'))
      throw new AwsError(
        'BadDigest',
        `The ${name} you specified did not match the calculated checksum.`,
      );
  }
};
