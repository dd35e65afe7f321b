import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crc32c,
  encodeImage,
  fromBytes,
  ImageError,
  openImage,
  verifyImage,
} from '../src/index.ts';
import { openError } from './image-parts.ts';
import { sample, sampleContents } from './sample-image.ts';

const file = encodeImage(sample, sampleContents);
const image = await openImage(fromBytes(file));
const { data, seal } = image.info;

/** Makes head and seal sound again, as a hostile writer would. */
function reseal(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const note = Buffer.from(bytes).subarray(seal.offset);
  view.setUint32(seal.offset + note.indexOf('dhead') + 6, crc32c(bytes.subarray(0, data.offset)));
  const self = seal.offset + note.lastIndexOf('dself') + 6;
  view.setUint32(self, crc32c(bytes.subarray(seal.offset, self)));
}

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
      { numRuns: 1500 },
    );
  });

  it('gives an image or our error where its checksums were made good again', async () => {
    const edit = fc.tuple(fc.nat(data.offset - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const bytes = file.slice();
        for (const [at, value] of edits) bytes[at] = value;
        reseal(bytes);
        try {
          const opened = await openImage(fromBytes(bytes));
          for (const segment of opened.segments())
            await opened.memory.read(segment.start, 1).catch(ours);
        } catch (error) {
          ours(error);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

function ours(error: unknown): void {
  expect(error).toBeInstanceOf(ImageError);
}
