import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeImage,
  encodeImageParts,
  fromBlob,
  fromBytes,
  openImage,
  toText,
} from '../src/index.ts';
import { anyImage } from './arbitrary-image.ts';
import { modelOf } from './image-parts.ts';
import { addresses, sample, sampleContents } from './sample-image.ts';

const file = encodeImage(sample, sampleContents);

describe('an image', () => {
  it('reads as it was written', async () => {
    const image = await openImage(fromBytes(file, 'mycheckpoint'));
    expect(modelOf(image)).toEqual(sample);
    expect(image.name).toBe('mycheckpoint');
    expect(image.size).toBe(file.length);
    expect(toText(image.info.machine)).toBe('x86_64');
    expect(image.info.data).toEqual({ offset: image.seal.offset, size: 4096 * 304 });
  });

  it('is the same piece by piece', () => {
    const parts = [...encodeImageParts(sample, sampleContents)];
    expect(Buffer.concat(parts).equals(file)).toBe(true);
  });

  it('opens from a Blob', async () => {
    const image = await openImage(fromBlob(new Blob([file])));
    expect(modelOf(image)).toEqual(sample);
    expect((await image.verify()).ok).toBe(true);
  });

  it('lists its segments', async () => {
    const image = await openImage(fromBytes(file));
    const segments = [...image.segments()];
    expect(segments.length).toBe(image.segmentCount);
    expect(
      segments.map(({ start, stored, region }) => [start, stored, toText(region.name)]),
    ).toEqual([
      [addresses.code, 0, '/home/u/counting-test (deleted)'],
      [addresses.heap, 0, '[heap]'],
      [addresses.heap + 0x1000n, 4096, '[heap]'],
      [addresses.heap + 0x2000n, 0, '[heap]'],
      [addresses.scratch, 0, ''],
      [addresses.wiped, 0, ''],
      [addresses.named, 300 * 4096, '[anon:arena\\x0a1]'],
      [addresses.named + 0x12c000n, 0, '[anon:arena\\x0a1]'],
      [addresses.named + 0x200000n, 4096, '[anon:arena\\x0a1]'],
      [addresses.named + 0x201000n, 0, '[anon:arena\\x0a1]'],
      [addresses.vvar, 0, '[vvar]'],
      [addresses.vdso, 8192, '[vdso]'],
    ]);
  });

  it('reads as it was written, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(anyImage, async ({ model, contents }) => {
        const file = encodeImage(model, contents);
        const image = await openImage(fromBytes(file));
        expect(modelOf(image)).toEqual(model);
        for (const { address, bytes } of contents) {
          const read = await image.memory.read(address, bytes.length);
          expect(Buffer.compare(read, bytes)).toBe(0);
        }
        expect((await image.verify()).ok).toBe(true);
        expect(Buffer.compare(encodeImage(modelOf(image), contents), file)).toBe(0);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
