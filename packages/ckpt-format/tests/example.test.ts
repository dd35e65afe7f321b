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

const example = fileURLToPath(new URL('../../../examples/read-image.mjs', import.meta.url));
const built = existsSync(new URL('../dist/index.js', import.meta.url));

it.skipIf(!built)('examples/read-image.mjs prints segments and registers', () => {
  const path = join(folder, 'mycheckpoint');
  writeFileSync(path, encodeImage(sample, sampleContents));
  const output = execFileSync(process.execPath, [example, path], { encoding: 'utf8' });
  expect(output).toContain('0000000000600000 0000000000601000 [heap]\n');
  expect(output).toContain('\nthread 4322\nr15      e200000000000000\n');
  expect(output.trimEnd().endsWith('gs       e20000000000001a')).toBe(true);
});
