import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, encodeImage, fromBytes, ImageError, openImage } from '../src/index.ts';
import { takeApart } from './image-assembly.ts';
import { smallContents } from './mutants/mutant.ts';
import { mutants } from './mutants.ts';
import { reseal } from './reseal.ts';
import { sample } from './sample-image.ts';

/** What was asked of the source, in bytes; each single reading must fit in the file. */
function counted(bytes: Uint8Array): { source: ByteSource; read: () => number } {
  const source = fromBytes(bytes, 'FILE');
  let total = 0;
  return {
    source: {
      ...source,
      read: (offset, length) => {
        expect(offset + length).toBeLessThanOrEqual(bytes.length);
        total += length;
        return source.read(offset, length);
      },
    },
    read: () => total,
  };
}

/** Opens and verifies; the error must be ours, of one line, and name the file. */
async function outcome(bytes: Uint8Array): Promise<'whole' | 'damaged' | ImageError> {
  const { source, read } = counted(bytes);
  try {
    const image = await openImage(source);
    const { ok } = await image.verify();
    expect(read()).toBeLessThanOrEqual(bytes.length + 128);
    return ok ? 'whole' : 'damaged';
  } catch (error) {
    expect(error).toBeInstanceOf(ImageError);
    const { message, code } = error as ImageError;
    expect(message).toMatch(/^FILE: [^\n]+$/);
    expect(['io', 'invalid', 'no-memory']).not.toContain(code);
    expect(read()).toBeLessThanOrEqual(bytes.length + 128);
    return error as ImageError;
  }
}

describe('an image whose checksums are right', () => {
  it('takes apart and together again', () => {
    const file = encodeImage(sample, smallContents);
    expect(mutants[0]?.file).toEqual(file);
    expect(takeApart(sample, smallContents).loads.length).toBeGreaterThan(8);
  });

  it.each(mutants)('$name: fine $fine', async ({ file, fine }) => {
    const found = await outcome(file);
    if (fine) expect(found).toBe('whole');
    else expect(found).toBeInstanceOf(ImageError);
  });

  it('is refused or read with any bytes of its notes altered, within bounds', async () => {
    const { mutate, size } = alteration();
    const edits = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(edits, async (all) => {
        const found = await outcome(mutate(all));
        expect(found).not.toBe('damaged');
      }),
      { numRuns: Number(process.env['CKPT_ROUNDS'] ?? 400) },
    );
  }, 600_000);
});

/** Alters single bytes of the notes; checksums are made good again. */
function alteration() {
  const whole = encodeImage(sample, smallContents);
  const view = new DataView(whole.buffer);
  const from = Number(view.getBigUint64(72, true));
  const size = Number(view.getBigUint64(96, true));
  return {
    size,
    mutate: (edits: readonly (readonly [number, number])[]) => {
      const bytes = whole.slice();
      for (const [at, value] of edits) bytes[from + at] = value;
      return reseal(bytes);
    },
  };
}
