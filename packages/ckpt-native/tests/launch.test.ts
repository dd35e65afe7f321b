import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CkptError, launch, list, paths } from '../src/index.ts';
import { preloadPath } from '../src/preload-path.ts';
import { programEnvironment } from '../src/program-environment.ts';
import { collected, exitOf, prepared, testFolder, until, untilTheEnd } from './programs.ts';

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(CkptError);
    return (error as CkptError).code;
  }
  return undefined;
};

test('the program gets its words, its own environment and the library before others', async () => {
  const env = { ...process.env, LD_PRELOAD: 'libm.so.6', FLAVOUR: 'sour cherry' };
  const child = launch('sh', ['-c', 'echo "$0|$1|$FLAVOUR|$LD_PRELOAD|$CKPT_IMAGE"', 'a b', '$c'], {
    env,
    cwd: '/',
    image: 'x',
  });
  const output = collected(child.stdout);
  expect(await exitOf(child)).toEqual({ code: 0, signal: null });
  expect(output.text).toBe(`a b|$c|sour cherry|${paths().library}:libm.so.6|/x\n`);
});

test('the exit status and the death by a signal are those of the program', async () => {
  expect(await exitOf(launch('sh', ['-c', 'exit 7']))).toEqual({ code: 7, signal: null });
  expect(await exitOf(launch('sh', ['-c', 'kill -TERM $$']))).toEqual({
    code: null,
    signal: 'SIGTERM',
  });
});

test('programs that cannot be started are named', () => {
  const folder = testFolder();
  const file = join(folder, 'text');
  writeFileSync(file, 'hello');
  expect(codeOf(() => launch('no-such-program-anywhere'))).toBe('not-found');
  expect(codeOf(() => launch('./no/such/program'))).toBe('not-found');
  expect(codeOf(() => launch(''))).toBe('not-found');
  expect(codeOf(() => launch(file))).toBe('not-executable');
  expect(codeOf(() => launch(folder))).toBe('not-executable');
});

test('static programs are refused before they are started', ({ skip }) => {
  const folder = testFolder();
  const source = join(folder, 'main.c');
  writeFileSync(source, 'int main(void) { return 0; }\n');
  const program = join(folder, 'static');
  const { status } = spawnSync('cc', ['-static', source, '-o', program]);
  skip(status !== 0, 'no static C library here');
  expect(codeOf(() => launch(program))).toBe('static-program');
  const script = join(folder, 'script');
  writeFileSync(script, `#!${program}\n`, { mode: 0o755 });
  expect(codeOf(() => launch(script))).toBe('static-program');
});

test('impossible settings are refused', () => {
  expect(codeOf(() => launch('true', [], { signal: 'SIGKILL' }))).toBe('invalid');
  expect(codeOf(() => launch('true', [], { signal: 33 }))).toBe('invalid');
  expect(codeOf(() => launch('true', [], { interval: 0 }))).toBe('invalid');
  expect(codeOf(() => launch('true', [], { interval: Number.NaN }))).toBe('invalid');
  expect(codeOf(() => launch('true', [], { image: 'folder/' }))).toBe('invalid');
});

test('a library whose path LD_PRELOAD cannot hold is preloaded through a link', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ckpt-native-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const library = join(folder, 'a b:c', 'libckpt.so');
  mkdirSync(join(folder, 'a b:c'));
  copyFileSync(paths().library, library);
  const link = preloadPath(library);
  onTestFinished(() => rmSync(link));
  expect(link).not.toMatch(/[\s:]/);
  expect(preloadPath(library)).toBe(link);
  const { stdout, status } = spawnSync('cat', ['/proc/self/maps'], {
    env: { LD_PRELOAD: link, CKPT_SIGNAL: '0' },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(stdout).toContain(library);
});

test('the library is named once in LD_PRELOAD', () => {
  const once = programEnvironment({ env: {} });
  expect(programEnvironment({ env: once })).toEqual(once);
});

test('prepared programs are listed with their settings', async () => {
  const folder = testFolder();
  const one = await prepared({ image: 'one', cwd: folder, signal: 'SIGUSR1' });
  const other = await prepared({ image: 'other', cwd: folder, signal: 'none' });
  const items = await list();
  expect(items.find(({ pid }) => pid === one.pid)).toEqual({
    pid: one.pid,
    name: 'sleep',
    command: ['sleep', '1000'],
    image: join(folder, 'one'),
    signal: 10,
  });
  expect(items.find(({ pid }) => pid === other.pid)?.signal).toBe(0);
});

test('with an interval it is saved again and again, by a process that ends with it', async () => {
  const folder = testFolder();
  const image = join(folder, 'image');
  const child = await prepared({ image, interval: 0.1 });
  const { statSync, readdirSync, readFileSync } = await import('node:fs');
  const times = new Set<number>();
  await until(() => {
    const stat = statSync(image, { throwIfNoEntry: false });
    if (stat) times.add(stat.ino);
    return times.size >= 3;
  });
  const tickers = () =>
    readdirSync('/proc').filter((name) => {
      try {
        return (
          /^\d+$/.test(name) &&
          readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(`ckpt-ticker\0${child.pid}\0`)
        );
      } catch {
        return false;
      }
    });
  expect(tickers()).not.toHaveLength(0);
  child.kill('SIGKILL');
  await until(() => tickers().length === 0);
});

test('a program found through a link on PATH keeps the name that it was called by', async () => {
  const folder = testFolder();
  symlinkSync('/bin/sh', join(folder, 'my-shell'));
  const child = untilTheEnd(
    launch('my-shell', ['-c', 'tr "\\0" " " </proc/$$/cmdline'], {
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
    }),
  );
  const output = collected(child.stdout);
  await exitOf(child);
  expect(output.text).toMatch(/^my-shell -c /);
});
