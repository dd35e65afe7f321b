import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { sources, type Target } from './paths.ts';

/** Compiles one of the target programs into a folder and returns its path. */
export function compile(name: Target, folder: string): string {
  const program = join(folder, name);
  const compiler = process.env['CC'] ?? 'cc';
  execFileSync(compiler, [
    '-O2',
    '-g',
    '-rdynamic',
    '-o',
    program,
    sources[name],
    '-pthread',
    '-lm',
  ]);
  return program;
}
