import { describe, expect, it } from 'vitest';
import { encodeImage } from '../src/index.ts';
import { openError } from './image-parts.ts';
import { bytes, sample, sampleContents } from './sample-image.ts';

const file = encodeImage(sample, sampleContents);

/** The image with some bytes of its ELF header replaced. */
function with16(...edits: [offset: number, value: number][]): Uint8Array {
  const copy = file.slice();
  for (const [offset, value] of edits) new DataView(copy.buffer).setUint16(offset, value, true);
  return copy;
}

/** A core file as the kernel writes it: one note of its own, one segment. */
function kernelCore(): Uint8Array {
  const core = new Uint8Array(8192);
  core.set(file.subarray(0, 64));
  const view = new DataView(core.buffer);
  view.setUint16(56, 2, true);
  view.setUint32(64, 4, true);
  view.setBigUint64(72, 176n, true);
  view.setBigUint64(96, 356n, true);
  view.setUint32(120, 1, true);
  core.set([5, 0, 0, 0, 0x50, 1, 0, 0, 1, 0, 0, 0, ...bytes('CORE')], 176);
  return core;
}

const version2 = file.slice();
version2[Buffer.from(file).indexOf('gversion') + 8] = 2;

describe('a file that is no image', () => {
  it.each([
    ['empty', new Uint8Array(0), 'FILE: is empty, not a checkpoint image'],
    ['not-an-image', bytes('hello\n'), 'FILE: is a text file, not a checkpoint image'],
    ['not-an-image', bytes('é'), 'FILE: is a text file, not a checkpoint image'],
    ['not-an-image', new Uint8Array(100), 'FILE: is no ELF file, not a checkpoint image'],
    [
      'not-an-image',
      with16([16, 3]),
      'FILE: is an ELF executable or shared library, not a checkpoint image',
    ],
    ['not-an-image', with16([16, 2]), 'FILE: is an ELF executable, not a checkpoint image'],
    [
      'not-an-image',
      kernelCore(),
      'FILE: is a core file, but none that ckpt wrote: it has no CKPT note',
    ],
    [
      'not-an-image',
      with16([56, 0]),
      'FILE: is a core file, but none that ckpt wrote: it has no CKPT note',
    ],
    [
      'wrong-machine',
      with16([18, 183]),
      'FILE: is a core file of aarch64, 64-bit little-endian; only x86_64 is known',
    ],
    [
      'wrong-machine',
      with16([4, 0x0101], [18, 3]),
      'FILE: is a core file of i386, 32-bit little-endian; only x86_64 is known',
    ],
    [
      'wrong-machine',
      with16([4, 0x0202], [16, 0x400], [18, 0x1500]),
      'FILE: is a core file of ppc64, 64-bit big-endian; only x86_64 is known',
    ],
    [
      'unsupported-version',
      version2,
      'FILE: is an image of format version 2; version 1 is known here',
    ],
    ['truncated', file.subarray(0, 2), 'FILE: ends at byte 2, in the ELF header'],
    ['truncated', file.subarray(0, 100), 'FILE: ends at byte 100, in the headers'],
    ['truncated', file.subarray(0, 2000), 'FILE: ends at byte 2000, in the notes'],
    [
      'truncated',
      file.subarray(0, 100_000),
      `FILE: ends at byte 100000, in the data; its seal ends at byte ${file.length}: cut off, or never finished`,
    ],
    [
      'truncated',
      file.subarray(0, file.length - 1),
      `FILE: ends at byte ${file.length - 1}, in the seal; its seal ends at byte ${file.length}: cut off, or never finished`,
    ],
  ])('%s', async (code, content, message) => {
    expect(await openError(content)).toMatchObject({ code, message, path: 'FILE' });
  });
});
