import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { ckpt } from './paths.ts';

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ckpt` to its end, with pipes. */
export function runCkpt(args: readonly string[], options: SpawnSyncOptions = {}): Outcome {
  return runProgram(ckpt, args, options);
}

export function runProgram(
  program: string,
  args: readonly string[],
  options: SpawnSyncOptions = {},
): Outcome {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    timeout: 50_000,
    input: '',
    ...options,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return { status, signal, stdout, stderr };
}
