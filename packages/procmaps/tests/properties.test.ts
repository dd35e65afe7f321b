import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeProc,
  encodeProc,
  escapeName,
  findRegion,
  formatMaps,
  formatSmaps,
  ProcmapsError,
  parseMaps,
  parseSmaps,
  parseSmapsRollup,
  type RegionFields,
  type SmapsDetails,
} from '../src/index.ts';

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const uint32 = fc.nat({ max: 2 ** 32 - 1 });
const fileName = fc.string({ unit: 'binary' }).map((text) => escapeName(`/${text}`));
const name = fc.oneof(
  fc.constantFrom('', '[heap]', '[vvar_x]', '[anon:a b]', '/dev/zero (deleted)', 'socket:[1]'),
  fileName,
  fileName.map((path) => `${path} (deleted)`),
);
const region: fc.Arbitrary<RegionFields> = fc
  .record({
    addresses: fc.tuple(uint64, uint64),
    read: fc.boolean(),
    write: fc.boolean(),
    execute: fc.boolean(),
    shared: fc.boolean(),
    offset: uint64,
    major: uint32,
    minor: uint32,
    inode: uint64,
    name,
  })
  .filter(({ addresses: [start, end] }) => start <= end)
  .map(({ addresses: [start, end], ...rest }) => ({ start, end, ...rest }));

const fieldName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,20}$/);
const details: fc.Arbitrary<SmapsDetails> = fc
  .record({
    fields: fc.uniqueArray(fc.tuple(fieldName, fc.nat({ max: 2 ** 40 }), fc.boolean()), {
      selector: ([key]) => key,
    }),
    flags: fc.option(fc.array(fc.constantFrom('rd', 'wr', 'mr', '??')), { nil: undefined }),
  })
  .map(({ fields, flags }) => ({
    sizes: Object.fromEntries(fields.filter(([, , kB]) => kB).map(([k, v]) => [k, v * 1024])),
    values: Object.fromEntries(fields.filter(([, , kB]) => !kB).map(([k, v]) => [k, v])),
    flags,
  }));

test('maps: what is formatted parses to the same, and formats to the same', () => {
  fc.assert(
    fc.property(fc.array(region), fc.constantFrom<4 | 8>(4, 8), (regions, pointerSize) => {
      const text = formatMaps(regions, { pointerSize });
      const parsed = parseMaps(text);
      expect(parsed.map(({ kind, path, label, ...fields }) => fields)).toEqual(regions);
      expect(formatMaps(parsed, { pointerSize })).toBe(text);
    }),
  );
});

test('smaps: what is formatted parses to the same, and formats to the same', () => {
  const smapsRegion = fc.tuple(region, details).map(([fields, more]) => ({ ...fields, ...more }));
  fc.assert(
    fc.property(fc.array(smapsRegion), (regions) => {
      const text = formatSmaps(regions);
      const parsed = parseSmaps(text);
      expect(parsed.map(({ kind, path, label, ...fields }) => fields)).toEqual(regions);
      expect(formatSmaps(parsed)).toBe(text);
    }),
  );
});

test('a path survives: escaped, formatted, parsed', () => {
  const plain = fc
    .string({ unit: 'binary' })
    .map((text) => `/${text}`)
    .filter((path) => !path.includes('\\012') && !path.endsWith(' (deleted)'));
  fc.assert(
    fc.property(region, plain, (fields, path) => {
      const text = formatMaps([{ ...fields, name: escapeName(path) }]);
      expect(parseMaps(text)[0]).toMatchObject({ kind: 'file', path });
    }),
  );
});

test('damage gives our error, or other regions, and nothing else', () => {
  const damaged = fc
    .tuple(fc.array(fc.tuple(region, details), { minLength: 1 }), fc.nat(), fc.string())
    .map(([regions, at, text]) => {
      const whole = formatSmaps(regions.map(([fields, more]) => ({ ...fields, ...more })));
      const position = at % whole.length;
      return whole.slice(0, position) + text + whole.slice(position + text.length);
    });
  const garbage = fc.oneof(fc.string({ unit: 'binary' }), damaged);
  fc.assert(
    fc.property(
      garbage,
      fc.constantFrom(parseMaps, parseSmaps, parseSmapsRollup),
      (text, parse) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ProcmapsError);
          expect(error).toMatchObject({ code: 'BAD_TEXT' });
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('bytes survive as text', () => {
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.array(fc.constantFrom(0x61, 0x80, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0xed, 0xa0, 0xff)),
  );
  fc.assert(
    fc.property(bytes, (raw) => {
      expect([...encodeProc(decodeProc(Uint8Array.from(raw)))]).toEqual([...raw]);
    }),
    { numRuns: 1000 },
  );
});

test('findRegion finds what a linear search finds', () => {
  const cuts = fc.uniqueArray(fc.nat({ max: 60 }), { minLength: 2 });
  fc.assert(
    fc.property(cuts, fc.nat({ max: 61 }), (points, at) => {
      const sorted = points.sort((a, b) => a - b).map(BigInt);
      const regions = [];
      for (let i = 0; i + 1 < sorted.length; i += 2) {
        regions.push({ start: sorted[i] ?? 0n, end: sorted[i + 1] ?? 0n });
      }
      const address = BigInt(at);
      const linear = regions.find(({ start, end }) => start <= address && address < end);
      expect(findRegion(regions, address)).toBe(linear);
    }),
  );
});
