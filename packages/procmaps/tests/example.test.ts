import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(process.env['CKPT_TEST_TMP'] ?? tmpdir(), 'procmaps-'));
afterAll(() => rmSync(folder, { recursive: true }));

const repository = new URL('../../../', import.meta.url);
const example = fileURLToPath(new URL('examples/proc-self-maps.mjs', repository));
const source = fileURLToPath(new URL('c/examples/proc-self-maps.c', repository));
const built = existsSync(new URL('../dist/index.js', import.meta.url));

/** Without what differs from program to program: names of files, and numbers. */
function layout(output: string): string[] {
  const [title, ...lines] = output.trimEnd().split('\n');
  expect(title).toMatch(/^ {4}\*\*\* Memory segments of \S+ \*\*\*$/);
  const forms = lines.map((line) =>
    line
      .replace(/0x[0-9a-f]+/g, '0x')
      .replace(/^\/.*(?= \()/, '/')
      .replace(/\([r-][w-][x-]\)$/, '()'),
  );
  return [...new Set(forms)].filter((line) => !/^\[(anon|heap)/.test(line)).sort();
}

it.skipIf(!built)('examples/proc-self-maps.mjs prints what the C program prints', () => {
  const program = join(folder, 'proc-self-maps');
  execFileSync(process.env['CC'] ?? 'cc', ['-o', program, source]);
  const ours = execFileSync(process.execPath, [example], { encoding: 'utf8' });
  const theirs = execFileSync(program, { encoding: 'utf8' });
  expect(layout(ours)).toEqual(layout(theirs));
  expect(ours).toMatch(/^\[stack\] \(rw-\)\n {2}Address-range: 0x[0-9a-f]+ - 0x[0-9a-f]+$/m);
});
