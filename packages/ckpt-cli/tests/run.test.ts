import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from './tools/compile.ts';
import { runCkpt } from './tools/run-ckpt.ts';
import { startCkpt } from './tools/running-program.ts';
import { tempFolder } from './tools/temp-folder.ts';

const folder = tempFolder();
const counting = compile('counting-test', folder);

test('the program has its own options, streams and exit status', () => {
  const script = 'cat; printf "<%s>" "$@"; echo error >&2; exit 7';
  const args = ['run', 'sh', '-c', script, 'sh', '-o', '--help', '--', '-x', 'a b', ''];
  expect(runCkpt(args, { input: 'in' })).toEqual({
    status: 7,
    signal: null,
    stdout: 'in<-o><--help><--><-x><a b><>',
    stderr: 'error\n',
  });
});

test('-- ends the options of ckpt', () => {
  expect(runCkpt(['run', '--', 'echo', '--', '-o']).stdout).toBe('-- -o\n');
  expect(runCkpt(['run', '-o', 'image', '--', 'echo', '-o'], { cwd: folder }).stdout).toBe('-o\n');
});

test.each(['SIGTERM', 'SIGKILL', 'SIGSEGV', 'SIGPIPE', 'SIGHUP'] as const)(
  'a program that dies of %s dies of it under ckpt',
  (signal) => {
    const args = ['run', 'sh', '-c', `ulimit -c 0; kill -${signal.slice(3)} $$`];
    expect(runCkpt(args)).toMatchObject({ status: null, signal });
  },
);

test('the process is the program: nothing else remains', async () => {
  const program = startCkpt(['run', counting]);
  await program.line(/number is: 1\n/);
  const status = readFileSync(`/proc/${program.pid}/status`, 'latin1');
  expect(status).toMatch(/^Name:\tcounting-test$/m);
  expect(status).toMatch(/^Threads:\t1$/m);
  expect(status).toMatch(new RegExp(`^PPid:\\t${process.pid}$`, 'm'));
  const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'latin1');
  expect(children).toBe('');
});

test('a signal to the process is a signal to the program', async () => {
  const script = 'trap "echo got it; exit 3" USR1; echo ready; while :; do sleep 0.05; done';
  const program = startCkpt(['run', 'sh', '-c', script]);
  await program.line(/ready/);
  program.kill('SIGUSR1');
  expect(await program.ended).toEqual({ status: 3, signal: null });
  expect(program.stdout).toBe('ready\ngot it\n');
});

test('a program that is not there: 127', () => {
  for (const name of ['no-such-program', './no-such-program', '/no/such/program']) {
    const { status, stdout, stderr } = runCkpt(['run', name]);
    expect({ status, stdout }).toEqual({ status: 127, stdout: '' });
    expect(stderr).toMatch(/^ckpt: [^\n]+\n$/);
    expect(stderr).toContain(name);
  }
});

test('a program that cannot be executed: 126', () => {
  const file = join(folder, 'no-execute');
  writeFileSync(file, 'text\n', { mode: 0o644 });
  const executable = join(folder, 'no-program');
  writeFileSync(executable, '\0\0\0\0', { mode: 0o755 });
  mkdirSync(join(folder, 'a-folder'));
  for (const path of [file, executable, join(folder, 'a-folder')]) {
    const { status, stderr } = runCkpt(['run', path]);
    expect({ path, status }).toEqual({ path, status: 126 });
    expect(stderr).toMatch(/^ckpt: [^\n]+\n$/);
    expect(stderr).toContain(path);
  }
});

test.skipIf(process.getuid?.() !== 0)("another user's set-uid program is refused: 125", () => {
  const program = join(folder, 'set-uid');
  copyFileSync(counting, program);
  chmodSync(program, 0o4755);
  const { status, stderr } = runCkpt(['run', program], { uid: 65534, gid: 65534, cwd: '/' });
  expect(status).toBe(125);
  expect(stderr).toMatch(/^ckpt: [^\n]*set-uid[^\n]*\n$/);
  expect(stderr).toContain(program);
});
