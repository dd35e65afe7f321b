import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type LaunchOptions, launch, list } from '../src/index.ts';

const source = fileURLToPath(new URL('../../../c/examples/counting-test.c', import.meta.url));

/** Compiles the course's counting-test into a folder; returns its path. */
export function countingTest(folder: string): string {
  const program = join(folder, 'counting-test');
  execFileSync(process.env['CC'] ?? 'cc', ['-o', program, source]);
  return program;
}

/** A folder for the images of one test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ckpt-native-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Kills it when the test is over. */
export function untilTheEnd<T extends ChildProcess>(child: T): T {
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** A program that does nothing for long, ready to be checkpointed. */
export async function prepared(
  options: LaunchOptions = {},
): Promise<ChildProcess & { pid: number }> {
  const child = untilTheEnd(launch('sleep', ['1000'], { stdio: 'ignore', ...options }));
  const { pid } = child;
  if (pid === undefined) throw new Error('no pid');
  await until(async () => (await list()).some((item) => item.pid === pid));
  await until(async () => (await stateOf(pid)) === 'S');
  return child as ChildProcess & { pid: number };
}

/** The letter of /proc/PID/stat, or undefined where the process is gone. */
export async function stateOf(pid: number): Promise<string | undefined> {
  try {
    return /\) (\S)/.exec(await readFile(`/proc/${pid}/stat`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never true: ${condition}`);
    await new Promise((resume) => setTimeout(resume, 5));
  }
}

export function exitOf(
  child: ChildProcess,
): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** All that comes out of a stream, so far. */
export function collected(stream: NodeJS.ReadableStream | null): { text: string } {
  const output = { text: '' };
  stream?.on('data', (data) => {
    output.text += data;
  });
  return output;
}
