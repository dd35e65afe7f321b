import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { encodeImage } from '../src/index.ts';
import { sample, sampleContents } from './sample-image.ts';

const folder = mkdtempSync(join(process.env['CKPT_TEST_TMP'] ?? tmpdir(), 'ckpt-format-'));
afterAll(() => rmSync(folder, { recursive: true }));

const example = fileURLToPath(new URL('../../../examples/readckpt.mjs', import.meta.url));
const built = existsSync(new URL('../dist/index.js', import.meta.url));

it.skipIf(!built)('examples/readckpt.mjs prints segments and registers', () => {
  const path = join(folder, 'mycheckpoint');
  writeFileSync(path, encodeImage(sample, sampleContents));
  const output = execFileSync(process.execPath, [example, path], { encoding: 'utf8' });
  expect(output).toContain(`    *** Memory segments of ${path} ***\n`);
  expect(output).toMatch(/^\[heap\] \(rw-\)\n {2}Address-range: 0x600000 - 0x[0-9a-f]+\n/m);
  expect(output).toContain('    *** Registers of thread 4322 ***\n  r15      0xe200000000000000\n');
  expect(output.trimEnd().endsWith('  gs       0xe20000000000001a')).toBe(true);
});
