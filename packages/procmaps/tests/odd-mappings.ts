import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface OddMappings {
  readonly pid: number;
  /** Where its files are. */
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

/** Starts tests/target/odd-mappings.c, which maps one of each kind of memory, and stops it there. */
export async function startOddMappings(): Promise<OddMappings> {
  const folder = mkdtempSync(join(process.env['CKPT_TEST_TMP'] ?? tmpdir(), 'procmaps-'));
  const program = join(folder, 'odd-mappings');
  const files = join(folder, 'files');
  mkdirSync(files);
  const source = fileURLToPath(new URL('target/odd-mappings.c', import.meta.url));
  execFileSync(process.env['CC'] ?? 'cc', ['-o', program, source]);

  const child = spawn(program, [files], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [ready] = await once(child.stdout, 'data');
  if (String(ready) !== 'ready\n' || child.pid === undefined) throw new Error('it is not ready');
  return {
    pid: child.pid,
    folder: files,
    stop: async () => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
      rmSync(folder, { recursive: true });
    },
  };
}
