import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { ckpt, restarter } from './tools/paths.ts';
import { reseal } from './tools/reseal.ts';
import { runCkpt, runProgram } from './tools/run-ckpt.ts';
import { tempFolder } from './tools/temp-folder.ts';
import { saveTiny } from './tools/tiny-image.ts';

// Images that announce absurd sizes and counts, under checksums that are right: memory stays bounded.

const folder = tempFolder();
let file: Uint8Array;

beforeAll(async () => {
  const image = join(folder, 'good.ckpt');
  await saveTiny(folder, image);
  file = new Uint8Array(readFileSync(image));
});

/** [what, offset in the ELF header or the program headers, bytes of the number, number] */
const absurd: readonly (readonly [string, (view: DataView, last: number) => void])[] = [
  [
    'as many program headers as a section header says',
    (view) => {
      view.setUint16(56, 0xffff, true);
      view.setBigUint64(40, 4096n, true);
      view.setUint32(4096 + 44, 0xffff_ffff, true);
    },
  ],
  [
    '16,777,216 program headers',
    (view) => {
      view.setUint16(56, 0xffff, true);
      view.setBigUint64(40, 64n + 56n * (1n << 24n), true);
    },
  ],
  ['notes of 256 MiB', (view) => view.setBigUint64(96, 256n << 20n, true)],
  ['notes of 2^63 bytes', (view) => view.setBigUint64(96, 1n << 63n, true)],
  ['a seal of 256 MiB', (view, last) => view.setBigUint64(last + 32, 256n << 20n, true)],
  [
    'a seal at the end of all numbers',
    (view, last) => view.setBigUint64(last + 8, (1n << 64n) - 4096n, true),
  ],
  [
    'a note of 4 GiB',
    (view) => view.setUint32(Number(view.getBigUint64(72, true)) + 4, 0xffff_fff0, true),
  ],
  ['4 billion regions', (view) => patchNote(view, 0x434b5003)],
  ['4 billion threads', (view) => patchNote(view, 0x434b5004)],
  ['4 billion descriptors', (view) => patchNote(view, 0x434b5005)],
];

/** The description becomes an array of 2^32 − 1 items. */
function patchNote(view: DataView, type: number): void {
  let at = Number(view.getBigUint64(72, true));
  while (view.getUint32(at + 8, true) !== type)
    at += 20 + Math.ceil(view.getUint32(at + 4, true) / 4) * 4;
  view.setUint8(at + 20, 0x9a);
  view.setUint32(at + 21, 0xffff_ffff);
}

describe('takes no memory for what is only announced', () => {
  const pathOf = (i: number) => join(folder, `absurd-${i}.ckpt`);

  test.each(absurd.map(([name, edit], i) => [name, edit, i] as const))('%s', (_, edit, i) => {
    const bytes = file.slice();
    const view = new DataView(bytes.buffer);
    edit(view, 64 + 56 * (view.getUint16(56, true) - 1));
    try {
      reseal(bytes);
    } catch {
      // the seal can't be found any more
    }
    writeFileSync(pathOf(i), bytes, { mode: 0o600 });
    const limit = 'ulimit -v 16384; exec "$0" "$1"';
    const { status, stdout, stderr } = runProgram('sh', ['-c', limit, restarter, pathOf(i)]);
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toMatch(/^ckpt: .*absurd-\d+\.ckpt: [^\n]+\n$/);
  });

  test('nor does the reader in TypeScript', () => {
    const paths = absurd.map((_, i) => pathOf(i));
    const { stdout } = runProgram(process.execPath, ['--input-type=module', '-e', peak(paths)]);
    const { names, growth } = JSON.parse(stdout);
    expect(new Set(names)).toEqual(new Set(['ImageError']));
    expect(growth).toBeLessThan(60 << 10);
  });

  test.each(['verify', 'inspect'])('%s: one line and status 125', (command) => {
    const { status, stderr } = runCkpt([command, pathOf(absurd.length - 1)]);
    expect(status).toBe(125);
    expect(stderr).toMatch(/^ckpt: .*absurd-\d+\.ckpt: [^\n]+\n$/);
  });
});

/** A script: opens the images and says what each threw, and how much its memory grew, in KiB. */
function peak(paths: readonly string[]): string {
  const format = (name: string) =>
    JSON.stringify(pathToFileURL(join(ckpt, `../../../ckpt-format/dist/${name}.js`)).href);
  return `
    import { openImage } from ${format('index')};
    import { fromFile } from ${format('node')};
    const before = process.resourceUsage().maxRSS;
    const names = [];
    for (const path of ${JSON.stringify(paths)}) {
      const source = await fromFile(path);
      names.push(await openImage(source).then(() => 'none', (error) => error.name));
      await source.close();
    }
    console.log(JSON.stringify({ names, growth: process.resourceUsage().maxRSS - before }));
  `;
}
