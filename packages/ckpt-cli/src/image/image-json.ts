import { type Image, splitArguments, toText } from '@ckpt/format';
import { storedBytes } from './stored-bytes.ts';

/** Byte strings that are no text. */
const binaryKeys = new Set(['id', 'parent', 'fpregs', 'xsave', 'pending', 'crcs']);
/** 64-bit numbers that people count with; all others are addresses and masks. */
const countKeys = new Set([
  ...['mono', 'size', 'offset', 'inode', 'dev', 'mtime', 'soft', 'hard', 'interval', 'value'],
]);
const unlimited = 2n ** 64n - 1n;

/**
 * All of an image but the bytes of its memory, ready for JSON.stringify: addresses and masks are `"0x…"`, counts
 * numbers (a decimal string past 2^53; a limit may be `"unlimited"`), raw bytes hexadecimal, the time ISO 8601.
 */
export function imageJson(image: Image): unknown {
  const stored = storedBytes(image);
  const { info, process, regions, threads, descriptors, signals, timers, auxv, seal } = image;
  return {
    file: image.name,
    size: image.size,
    image: {
      ...(plain(info, '') as object),
      time: new Date(Number(info.time / 1_000_000n)).toISOString(),
    },
    process: { ...(plain(process, '') as object), args: splitArguments(process.args).map(toText) },
    threads: plain(threads, ''),
    regions: regions.map((region) => ({
      ...(plain(region, '') as object),
      stored: stored.get(region) ?? 0,
    })),
    descriptors: plain(descriptors, ''),
    signals: plain(signals, ''),
    timers: plain(timers, ''),
    auxv: plain(auxv, ''),
    seal: plain(seal, ''),
  };
}

function plain(value: unknown, key: string): unknown {
  if (typeof value === 'bigint')
    return countKeys.has(key) ? counted(value) : `0x${value.toString(16)}`;
  if (value instanceof Uint8Array) {
    return binaryKeys.has(key) ? Buffer.from(value).toString('hex') : toText(value);
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, name)]));
}

function counted(value: bigint): number | string {
  if (value === unlimited) return 'unlimited';
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
