/**
 * Stands in in a function's bundle for `readable-stream`, the same streams for browsers and old versions of Node, where
 * a pipeline may be without a callback: its streams tell of errors themselves.
 */
import { pipeline as pipelineWithCallback, type PipelineCallback } from 'node:stream';

export { Duplex, finished, PassThrough, Readable, Transform, Writable } from 'node:stream';

type Part = NodeJS.ReadWriteStream | PipelineCallback<NodeJS.WritableStream>;

export const pipeline = (...parts: readonly Part[]): unknown => {
  const streams = parts.filter((part) => typeof part !== 'function');
  const callback = parts.find((part) => typeof part === 'function');
  return pipelineWithCallback(streams, callback ?? (() => undefined));
};
