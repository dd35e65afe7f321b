import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ckpt, sourceFolder } from './paths.ts';
import { runCkpt } from './run-ckpt.ts';

/** A program without a libc: its image is a sixth of another's. */
function compileTiny(folder: string): string {
  const program = join(folder, 'tiny');
  const flags = ['-O2', '-fPIE', '-ffreestanding', '-fno-builtin', '-fno-stack-protector'];
  const compiler = process.env['CC'] ?? 'cc';
  const source = join(sourceFolder, 'tests/tiny.c');
  execFileSync(compiler, [
    ...flags,
    '-nostdlib',
    '-pie',
    '-I',
    sourceFolder,
    '-o',
    program,
    source,
  ]);
  return program;
}

/** Makes an image of a small program that has `folder`/file open. */
export async function saveTiny(folder: string, image: string): Promise<void> {
  const program = compileTiny(folder);
  writeFileSync(join(folder, 'file'), new Uint8Array(4096));
  const args = ['run', '-o', image, program, join(folder, 'file')];
  const child = spawn(ckpt, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const saved = runCkpt(['checkpoint', `${child.pid}`, '--kill']);
  child.kill('SIGKILL');
  if (saved.status !== 0) throw new Error(saved.stderr);
}
