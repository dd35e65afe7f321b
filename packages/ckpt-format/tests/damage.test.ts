import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeImage, fromBytes, ImageError, openImage, verifyImage } from '../src/index.ts';
import { openError } from './image-parts.ts';
import { smallContents } from './mutants/mutant.ts';
import { reseal } from './reseal.ts';
import { sample } from './sample-image.ts';

const file = encodeImage(sample, smallContents);
const rounds = Number(process.env['CKPT_ROUNDS'] ?? 1500);
const image = await openImage(fromBytes(file));
const { data, seal } = image.info;

describe('a damaged image', () => {
  it('is refused wherever it is cut', async () => {
    const everyNote = Array.from({ length: 200 }, (_, i) => 64 + i * 56);
    const edges = [1, 3, 63, 64, data.offset, seal.offset].flatMap((at) => [at - 1, at, at + 1]);
    for (const size of [...everyNote, ...edges].filter((at) => at > 0 && at < file.length)) {
      expect((await openError(file.subarray(0, size))).code).toBe('truncated');
    }
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: file.length - 1 }), async (size) => {
        const error = await openError(file.subarray(0, size));
        expect(error).toMatchObject({ code: 'truncated', offset: size, path: 'FILE' });
        expect(error.message).toContain(`FILE: ends at byte ${size}, in the `);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused with anything behind it', async () => {
    const longer = new Uint8Array(file.length + 1);
    longer.set(file);
    expect(await openError(longer)).toMatchObject({ code: 'damaged', offset: file.length });
  });

  it('is refused at every length', async () => {
    const step = rounds >= 10_000 ? 1 : 61;
    for (let size = 1; size < file.length; size += step)
      expect((await openError(file.subarray(0, size))).code).toBe('truncated');
  }, 600_000);

  it('is found out with two pages changed, or the data of another image', async () => {
    const pages = (seal.offset - data.offset) / 4096;
    for (let i = 0; i < pages; i++) {
      for (let k = 0; k < i; k++) {
        const bytes = file.slice();
        const [a, b] = [data.offset + 4096 * i, data.offset + 4096 * k];
        bytes.copyWithin(a, b, b + 4096);
        bytes.set(file.subarray(a, a + 4096), b);
        expect((await verifyImage(fromBytes(bytes))).ok).toBe(false);
      }
    }
    const other = { ...sample, info: { ...sample.info, id: new Uint8Array(16) } };
    const theirs = encodeImage(other, smallContents);
    for (const [from, to] of [
      [0, data.offset],
      [seal.offset, file.length],
    ] as const) {
      const bytes = file.slice();
      bytes.set(theirs.subarray(from, to), from);
      expect((await verifyImage(fromBytes(bytes))).ok).toBe(false);
    }
  });

  it('is found out whichever byte is altered', async () => {
    const codes = ['damaged', 'truncated', 'not-an-image', 'wrong-machine', 'too-large'];
    const anywhere = fc.oneof(
      fc.nat(data.offset - 1),
      fc.nat(file.length - 1),
      fc.integer({ min: seal.offset, max: file.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(anywhere, fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const bytes = file.slice();
        bytes[at] = (bytes[at] as number) ^ mask;
        const outcome = await verifyImage(fromBytes(bytes)).then(
          (report) => (report.ok ? 'whole' : 'damaged'),
          (error) => (error instanceof ImageError ? error.code : error),
        );
        expect([...codes, 'unsupported-version']).toContain(outcome);
      }),
      { numRuns: rounds },
    );
  }, 600_000);

  it('gives an image or our error where its checksums were made good again', async () => {
    const edit = fc.tuple(fc.nat(data.offset - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const bytes = file.slice();
        for (const [at, value] of edits) bytes[at] = value;
        // Where the edits hide the seal, the checksums stay as they are.
        try {
          reseal(bytes);
        } catch {}
        try {
          const opened = await openImage(fromBytes(bytes));
          for (const segment of opened.segments())
            await opened.memory.read(segment.start, 1).catch(ours);
        } catch (error) {
          ours(error);
        }
      }),
      { numRuns: rounds },
    );
  }, 600_000);
});

function ours(error: unknown): void {
  expect(error).toBeInstanceOf(ImageError);
}
