import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll } from 'vitest';
import { ckpt } from './paths.ts';
import type { Outcome } from './run-ckpt.ts';

export interface Ending {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<RunningProgram>();
afterAll(() => {
  for (const program of running) program.kill('SIGKILL');
});

/** A program that runs beside the tests, with pipes; killed when all tests of the file have ended. */
export class RunningProgram {
  readonly pid: number;
  /** When its streams are closed, too. */
  readonly ended: Promise<Ending>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  #over = false;

  constructor(program: string, args: readonly string[], options: SpawnOptions = {}) {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      child.emit('output');
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      child.emit('output');
    });
    this.ended = once(child, 'close').then(([status, signal]) => {
      this.#over = true;
      running.delete(this);
      child.emit('output');
      return { status, signal };
    });
    running.add(this);
  }

  /** Waits until stdout has this; an error with all output where the program ends before. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.stdout);
      if (found) return found[0];
      if (this.#over) throw new Error(`ended without ${pattern}: ${this.stdout}${this.stderr}`);
      await once(this.#child, 'output');
    }
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#over) this.#child.kill(signal);
  }

  /** Kills it, and waits until it is gone. */
  async killed(): Promise<Ending> {
    this.kill('SIGKILL');
    return await this.ended;
  }
}

export function startCkpt(args: readonly string[], options: SpawnOptions = {}): RunningProgram {
  return new RunningProgram(ckpt, args, options);
}

/** Runs `ckpt` to its end while other tests go on. */
export async function ckptAside(
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Outcome> {
  return await programAside(ckpt, args, options);
}

export async function programAside(
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Outcome> {
  const started = new RunningProgram(program, args, options);
  const ending = await started.ended;
  return { ...ending, stdout: started.stdout, stderr: started.stderr };
}
