import { describe, expect, it } from 'vitest';
import { type ByteSource, encodeImage, fromBytes, openImage, verifyImage } from '../src/index.ts';
import { errorOf } from './image-parts.ts';
import { addresses, sample, sampleContents } from './sample-image.ts';

const file = encodeImage(sample, sampleContents);
const { data } = (await openImage(fromBytes(file))).info;

function altered(...offsets: number[]): Uint8Array {
  const bytes = file.slice();
  for (const offset of offsets) bytes[offset] = (bytes[offset] as number) ^ 0x10;
  return bytes;
}

describe('verify', () => {
  it('finds a whole image whole, and says how far it is', async () => {
    const progress: number[] = [];
    const report = await verifyImage(fromBytes(file), {
      onProgress: ({ done, total }) => {
        expect(total).toBe(data.size);
        progress.push(done);
      },
    });
    expect(report).toEqual({
      ok: true,
      chunks: 2,
      damagedChunks: 0,
      bytes: data.size,
      problems: [],
    });
    expect(progress).toEqual([0, 1 << 20, data.size]);
  });

  it('says which chunk, bytes and memory are damaged', async () => {
    const report = await verifyImage(fromBytes(altered(data.offset + (1 << 20) + 7)));
    expect(report).toMatchObject({ ok: false, damagedChunks: 1 });
    const [problem, ...others] = report.problems;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      code: 'damaged',
      part: 'data',
      chunk: 1,
      offset: data.offset + (1 << 20),
      size: data.size - (1 << 20),
    });
    // Chunk 0 holds the heap page and 255 pages of the named region: chunk 1 the rest.
    const { named, vdso } = addresses;
    expect(problem?.memory?.map(({ start, end, region }) => [start, end, region.kind])).toEqual([
      [named + 255n * 4096n, named + 300n * 4096n, 'anon'],
      [named + 512n * 4096n, named + 513n * 4096n, 'anon'],
      [vdso, vdso + 8192n, 'vdso'],
    ]);
  });

  it('names memory that begins before the chunk', async () => {
    const report = await verifyImage(fromBytes(altered(data.offset)));
    expect(report.problems[0]?.memory?.map(({ start, end }) => [start, end])).toEqual([
      [addresses.heap + 0x1000n, addresses.heap + 0x2000n],
      [addresses.named, addresses.named + 255n * 4096n],
    ]);
  });

  it('counts every damaged chunk, and describes as many as it is told', async () => {
    const bytes = altered(data.offset, data.offset + (1 << 20));
    const report = await verifyImage(fromBytes(bytes), { maxProblems: 1 });
    expect(report).toMatchObject({ ok: false, damagedChunks: 2 });
    expect(report.problems.length).toBe(1);
  });

  it.each([
    ['notes', altered(5000), 'damaged', 'headers'],
    ['seal', altered(file.length - 40), 'damaged', 'seal'],
    ['end', file.subarray(0, data.offset + 5), 'truncated', 'data'],
  ])('reports damage of the %s', async (_, bytes, code, part) => {
    const report = await verifyImage(fromBytes(bytes));
    expect(report).toMatchObject({ ok: false, problems: [{ code, part }] });
  });

  it('ends when told to', async () => {
    const image = await openImage(fromBytes(file));
    const controller = new AbortController();
    const verified = image.verify({
      signal: controller.signal,
      onProgress: ({ done }) => done > 0 && controller.abort(),
    });
    await expect(verified).rejects.toThrow('aborted');
  });

  it('tells an unreadable source from damage', async () => {
    const broken: ByteSource = {
      ...fromBytes(file, 'FILE'),
      read: async (offset, length) => {
        if (offset >= data.offset && offset < data.offset + data.size) throw new Error('EIO');
        return file.subarray(offset, offset + length);
      },
    };
    const error = await errorOf(verifyImage(broken));
    expect(error).toMatchObject({ code: 'io', path: 'FILE', offset: data.offset });
  });
});
