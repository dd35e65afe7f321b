import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32c } from '../src/index.ts';

/** Bit by bit, as the definition has it. */
function reference(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

it('knows the check value of CRC-32C', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(0))).toBe(0);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa); // RFC 3720, B.4
});

it('is the same at any alignment and in any pieces', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(7), fc.nat(100), (bytes, skew, cut) => {
      const moved = new Uint8Array(bytes.length + skew);
      moved.set(bytes, skew);
      const view = moved.subarray(skew);
      expect(crc32c(view)).toBe(reference(bytes));
      expect(crc32c(view.subarray(cut), crc32c(view.subarray(0, cut)))).toBe(reference(bytes));
    }),
  );
});
