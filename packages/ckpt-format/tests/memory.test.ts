import { describe, expect, it } from 'vitest';
import { encodeImage, fromBytes, openImage } from '../src/index.ts';
import { errorOf } from './image-parts.ts';
import { addresses, pattern, sample, sampleContents } from './sample-image.ts';

const { heap, named, code, scratch, wiped, vvar, vdso, vsyscall } = addresses;
const image = await openImage(fromBytes(encodeImage(sample, sampleContents), 'FILE'));
const read = (address: bigint, length: number) => image.memory.read(address, length);

describe('memory.read', () => {
  it('gives what is stored, from any address', async () => {
    expect(await read(heap + 0x1000n, 4096)).toEqual(pattern(4096, 11));
    expect(await read(heap + 0x1003n, 5)).toEqual(pattern(4096, 11).subarray(3, 8));
    expect(await read(vdso, 8192)).toEqual(pattern(8192, 14));
  });

  it('gives zeros for untouched anonymous memory', async () => {
    expect(await read(heap, 4096)).toEqual(new Uint8Array(4096));
    expect(await read(named + 0x1ff000n, 16)).toEqual(new Uint8Array(16));
  });

  it('reads across segments', async () => {
    const bytes = await read(heap + 0xffen, 4100);
    expect(bytes.subarray(0, 2)).toEqual(new Uint8Array(2));
    expect(bytes.subarray(2, 4098)).toEqual(pattern(4096, 11));
    expect(bytes.subarray(4098)).toEqual(new Uint8Array(2));
  });

  it('gives nothing for nothing', async () => {
    expect(await read(1n, 0)).toEqual(new Uint8Array(0));
  });

  it.each([
    ['unmapped', 0n, 1, 0n],
    ['unmapped', heap + 0x3000n, 0x1001, heap + 0x4000n],
    ['unmapped', (1n << 64n) - 1n, 1, (1n << 64n) - 1n],
    ['file', code, 1, code],
    ['scratch', scratch + 5n, 1, scratch + 5n],
    ['wiped', wiped, 1, wiped],
    ['kernel', vvar, 1, vvar],
    ['kernel', vsyscall, 1, vsyscall],
  ] as const)('says why it has not: %s', async (reason, address, length, first) => {
    const error = await errorOf(read(address, length));
    expect(error).toMatchObject({ code: 'no-memory', reason, address: first, path: 'FILE' });
    expect(error.message).toContain(
      `FILE: memory at 0x${first.toString(16)} is not in the image: `,
    );
  });

  it('refuses a length that is none', async () => {
    expect((await errorOf(read(0n, -1))).code).toBe('invalid');
    expect((await errorOf(read(0n, 0.5))).code).toBe('invalid');
    // Nothing is allocated before the whole range is known to be there.
    expect((await errorOf(read(heap, 2 ** 50))).code).toBe('no-memory');
  });
});
