import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeImage, fromBytes, type ImageModel, openImage, type Region } from '../src/index.ts';
import { openError } from './image-parts.ts';
import { bytes, pattern, sample, sampleContents } from './sample-image.ts';

const folder = mkdtempSync(join(process.env['CKPT_TEST_TMP'] ?? tmpdir(), 'ckpt-format-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** So many regions of one page, a page apart. */
function manyRegions(count: number): ImageModel {
  const regions = Array.from({ length: count }, (_, i): Region => {
    const start = 0x10_0000n + BigInt(i) * 8192n;
    const kind = 'anon';
    return {
      start,
      end: start + 4096n,
      prot: i % 8,
      shared: false,
      kind,
      name: bytes(''),
      flags: 0,
    };
  });
  return { ...sample, regions };
}

describe('program headers by the ten thousand', () => {
  // With notes and seal: the largest number that fits e_phnum, the first that does not, and more.
  it.each([65_532, 65_533, 66_000])('%d segments', async (count) => {
    const model = manyRegions(count);
    const last = model.regions.at(-1) as Region;
    const file = encodeImage(model, [{ address: last.start, bytes: pattern(4096) }]);
    const phnum = new DataView(file.buffer).getUint16(56, true);
    expect(phnum).toBe(Math.min(count + 2, 0xffff));
    const image = await openImage(fromBytes(file));
    expect(image.segmentCount).toBe(count);
    expect(image.regions.length).toBe(count);
    expect(await image.memory.read(last.start, 4096)).toEqual(pattern(4096));
    expect(await image.memory.read(model.regions[40_000]?.start as bigint, 1)).toEqual(
      new Uint8Array(1),
    );
    expect((await image.verify()).ok).toBe(true);
  });

  it('refuses a section header that is not where it belongs', async () => {
    const file = encodeImage(manyRegions(65_533), []);
    new DataView(file.buffer).setUint32(64 + 65_535 * 56 + 44, 65_536, true);
    expect(await openError(file)).toMatchObject({ code: 'damaged', part: 'headers' });
    expect((await openError(file.subarray(0, 1000))).code).toBe('truncated');
  });
});

const has = (tool: string) => spawnSync(tool, ['--version']).status === 0;

describe('other tools', () => {
  it.skipIf(!has('readelf'))('readelf reads what is written', () => {
    for (const [name, model, contents] of [
      ['sample', sample, sampleContents],
      ['many', manyRegions(65_533), []],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, encodeImage(model, contents));
      const output = execFileSync('sh', ['-c', 'readelf -hln "$1" 2>&1', 'sh', path], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      expect(output).not.toMatch(/warning|error/i);
      expect(output).toContain('NT_PRSTATUS');
    }
  });

  it.skipIf(!has('gdb'))('gdb reads what is written', () => {
    const path = join(folder, 'for-gdb');
    writeFileSync(path, encodeImage(sample, sampleContents));
    const commands = [
      'info threads',
      'print/x $r15',
      'thread 2',
      'print/x $gs_base',
      'x/4xb 0x601000',
    ];
    const args = ['-nx', '-batch', '-c', path, ...commands.flatMap((command) => ['-ex', command])];
    const output = spawnSync('gdb', args, { encoding: 'utf8' }).stdout;
    expect(output).toContain('LWP 4322');
    expect(output).toContain('= 0xe100000000000000');
    expect(output).toContain('= 0xe200000000000016');
    const hex = [...pattern(4, 11)].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`);
    expect(output).toContain(hex.join('\t'));
  });
});
