import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for the tests of one file, taken away after them. Any user may look into it. */
export function tempFolder(): string {
  const parent = process.env['CKPT_TEST_TMP'] ?? tmpdir();
  const folder = realpathSync(mkdtempSync(join(parent, 'ckpt-cli-')));
  chmodSync(folder, 0o755);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
