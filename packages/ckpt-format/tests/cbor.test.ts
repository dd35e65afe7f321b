import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CborReader } from '../src/cbor/cbor-reader.ts';
import { CborWriter } from '../src/cbor/cbor-writer.ts';
import {
  bytesOf,
  bytesUpTo,
  type Codec,
  choice,
  int,
  list,
  listOf,
  uint,
  uint64,
} from '../src/cbor/codec.ts';
import { optional, required, struct } from '../src/cbor/struct.ts';
import { ImageError } from '../src/index.ts';

function reader(bytes: Iterable<number>): CborReader {
  return new CborReader(Uint8Array.from(bytes), { what: 'note test', offset: 1000, part: 'notes' });
}

function roundTrip<T>(codec: Codec<T>, value: T): T {
  const writer = new CborWriter();
  codec.write(writer, value);
  const from = reader(writer.finish());
  const read = codec.read(from);
  from.end();
  return read;
}

const point = struct<{ x: number; label?: Uint8Array }>({
  x: required('x', uint),
  label: optional('l', bytesUpTo(3)),
});

describe('codecs', () => {
  it('give back what they wrote', () => {
    const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(fc.maxSafeInteger(), u64, fc.uint8Array(), (n, wide, some) => {
        expect(roundTrip(int, n)).toBe(n);
        expect(roundTrip(uint, Math.abs(n))).toBe(Math.abs(n));
        expect(roundTrip(uint64, wide)).toBe(wide);
        expect(roundTrip(bytesUpTo(1 << 20), some)).toEqual(some);
        expect(roundTrip(list(uint64, 9), [wide, wide])).toEqual([wide, wide]);
      }),
    );
    for (const edge of [23, 24, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
      expect(roundTrip(uint, edge)).toBe(edge);
    }
  });

  it('skip what they do not know, up to a depth', () => {
    const unknown = [
      [0xa1, 0x61, 0x62, 0x82, 1, 0x40], // a map with an array
      [0xf9, 0x3c, 0],
      [0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
      [0xf6],
      [0x38, 99],
      [0x62, 0xff, 0xfe],
      [...Array(15).fill(0x81), 1],
    ];
    for (const value of unknown) {
      expect(point.read(reader([0xa2, 0x61, 0x7a, ...value, 0x61, 0x78, 7]))).toEqual({ x: 7 });
    }
  });

  it.each<[string, Codec<unknown>, number[]]>([
    ['nested too deeply', point, [0xa2, 0x61, 0x7a, ...Array(100_000).fill(0x81), 1]],
    ['nested too deeply', point, [0xa2, 0x61, 0x7a, ...Array(100_000).fill([0xa1, 1]).flat(), 1]],
    ['4294967295 items announced', list(uint, 10), [0x9a, 0xff, 0xff, 0xff, 0xff, 1]],
    ['items announced', list(uint, 10), [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
    ['items announced', point, [0xba, 0x7f, 0xff, 0xff, 0xff]],
    ['65536 items announced', point, [0xa2, 0x61, 0x7a, 0x9a, 0, 1, 0, 0, 1]],
    ['65537 bytes announced', bytesUpTo(9), [0x5a, 0, 1, 0, 1, 1]],
    ['where 2 are the limit', list(uint, 2), [0x83, 1, 2, 3]],
    ['where 1 are the limit', bytesUpTo(1), [0x42, 1, 2]],
    ['2 bytes where 3 belong', bytesOf(3), [0x42, 1, 2]],
    ['1 items where 2 belong', listOf(uint, 2), [0x81, 1]],
    ['indefinite length', list(uint, 10), [0x9f, 1, 0xff]],
    ['indefinite length', point, [0xa1, 0x61, 0x7a, 0x5f, 0x40, 0xff]],
    ['tags are not allowed', point, [0xa1, 0x61, 0x7a, 0xc1, 1]],
    ['uint expected, tag found', uint, [0xc2, 0x41, 1]],
    ['not in its shortest form', uint, [0x18, 23]],
    ['not in its shortest form', uint64, [0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]],
    ['above 2^53', uint, [0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0]],
    ['bad first byte', uint, [0x1c]],
    ['ends in the middle', uint, []],
    ['announced, more than there are', uint, [0x19, 1]],
    ['unknown kind "b"', choice(['a']), [0x61, 0x62]],
    ['unknown simple value', point, [0xa1, 0x61, 0x7a, 0xf8, 0xff]],
    ['key "x" comes twice', point, [0xa2, 0x61, 0x78, 1, 0x61, 0x78, 1]],
    ['key "x" is missing', point, [0xa0]],
    ['text is not ASCII', point, [0xa1, 0x61, 0x0a, 1]],
  ])('refuse: %s', (message, codec, bytes) => {
    let error: unknown;
    try {
      codec.read(reader(bytes));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ImageError);
    const { detail, offset, code } = error as ImageError;
    expect(detail).toContain('note test: ');
    expect(detail).toContain(message);
    expect(['damaged', 'too-large']).toContain(code);
    expect(offset).toBeGreaterThanOrEqual(1000);
  });

  it('give their value or our error for any bytes', () => {
    const any = list(point, 100) as Codec<unknown>;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          any.read(reader(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuse to write what they would not read', () => {
    const write =
      <T>(codec: Codec<T>, value: T) =>
      () =>
        codec.write(new CborWriter(), value);
    for (const refused of [
      write(uint, -1),
      write(uint, 2 ** 53),
      write(uint64, -1n),
      write(uint64, 1n << 64n),
      write(int, 0.5),
      write(bytesUpTo(1), new Uint8Array(2)),
      write(bytesOf(1), new Uint8Array(2)),
      write(list(uint, 1), [1, 2]),
      write(listOf(uint, 1), []),
      write(choice<string>(['a']), 'b'),
      write(point, {} as { x: number }),
    ]) {
      expect(refused).toThrow(ImageError);
    }
  });
});
