import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { compile } from './tools/compile.ts';
import { ckpt } from './tools/paths.ts';
import { type Outcome, runCkpt, runProgram } from './tools/run-ckpt.ts';
import { RunningProgram, startCkpt } from './tools/running-program.ts';
import { tempFolder } from './tools/temp-folder.ts';

// Each is one line that names what is wrong and says what to do, and status 125; the earlier image is whole, and the
// program runs on.

const folder = tempFolder();
const root = process.getuid?.() === 0;
const image = join(folder, 'good.ckpt');
const program = compile('counting-test', folder);

function expectRefused(outcome: Outcome, name: string, words: RegExp, status = 125): void {
  expect(outcome).toMatchObject({ status, stdout: '' });
  expect(outcome.stderr).toMatch(/^ckpt: [^\n]+\n$/);
  expect(outcome.stderr).toContain(name);
  expect(outcome.stderr).toMatch(words);
}

async function startSleeper(): Promise<RunningProgram> {
  const running = startCkpt([
    'run',
    '-o',
    image,
    'perl',
    '-e',
    '$| = 1; print "ready\n"; while (<>) { print "here\n" }',
  ]);
  await running.line(/ready/);
  return running;
}

async function expectAlive(running: RunningProgram): Promise<void> {
  running.stdout = '';
  running.write('anything\n');
  await running.line(/here/);
}

beforeAll(async () => {
  const child = spawn(ckpt, ['run', '-o', image, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const saved = runCkpt(['checkpoint', `${child.pid}`, '--kill']);
  child.kill('SIGKILL');
  if (saved.status !== 0) throw new Error(saved.stderr);
});

test('no such process', () => {
  const { pid, status } = endedProcess();
  expect(status).toBe(0);
  expectRefused(runCkpt(['checkpoint', `${pid}`]), `${pid}`, /no process.*ckpt ps/);
});

function endedProcess(): { pid: string; status: number | null } {
  const { stdout, status } = runProgram('/bin/sh', ['-c', 'echo $$']);
  return { pid: stdout.trim(), status };
}

test("another user's process", async () => {
  if (root) {
    const running = await startSleeper();
    const stranger = { uid: 65534, gid: 65534, cwd: '/' };
    const outcome = runCkpt(['checkpoint', `${running.pid}`, '-o', '/dev/shm/x'], stranger);
    expectRefused(outcome, `${running.pid}`, /user/);
    await expectAlive(running);
  } else {
    expectRefused(runCkpt(['checkpoint', '1']), '1', /user/);
  }
});

test('a process that is not prepared', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  await expect.poll(() => readFileSync(`/proc/${child.pid}/comm`, 'utf8')).toBe('sleep\n');
  const outcome = runCkpt(['checkpoint', `${child.pid}`, '-o', join(folder, 'x')]);
  expectRefused(outcome, `${child.pid}`, /not prepared.*ckpt run/);
  expect(child.exitCode).toBe(null);
});

test('a folder that is not there, or not writable, or a file', async () => {
  const running = await startSleeper();
  const pid = `${running.pid}`;
  const save = (path: string) => runCkpt(['checkpoint', pid, '-o', path]);
  expectRefused(save(join(folder, 'none', 'x')), join(folder, 'none'), /no folder/);
  expectRefused(save(join(image, 'x')), image, /no folder/);
  mkdirSync(join(folder, 'directory'));
  expectRefused(save(join(folder, 'directory')), join(folder, 'directory'), /./);
  if (!root) {
    mkdirSync(join(folder, 'read-only'), { mode: 0o555 });
    expectRefused(save(join(folder, 'read-only', 'x')), join(folder, 'read-only'), /permission/);
  }
  await expectAlive(running);
});

test('a limit of the size of files: the earlier image stays', async () => {
  const limited = join(folder, 'limited');
  mkdirSync(limited);
  const target = join(limited, 'image');
  copyFileSync(image, target);
  const before = readFileSync(target);
  const script = `ulimit -f 1; trap "" XFSZ; exec "$@"`;
  const loop = '$| = 1; print "ready\n"; while (<>) { print "here\n" }';
  const running = new RunningProgram('/bin/sh', [
    ...['-c', script, 'sh', ckpt, 'run', '-o', target, 'perl', '-e', loop],
  ]);
  await running.line(/ready/);
  expectRefused(runCkpt(['checkpoint', `${running.pid}`]), target, /limit|large/);
  expect(readFileSync(target).equals(before)).toBe(true);
  expect(readdirSync(limited)).toEqual(['image']);
  await expectAlive(running);
});

test('a full disk: the earlier image stays', async ({ skip }) => {
  const full = join(folder, 'full');
  mkdirSync(full);
  const target = join(full, 'image');
  const perl = '$| = 1; print "ready\n"; while (<>) { print "here\n" }';
  // A tiny tmpfs in a mount namespace of its own; root there, without being root.
  const mount = `mount -t tmpfs -o size=256k none "$0" || exit 77; echo old >"$0/image"; exec "$@"`;
  const inside = ['-c', mount, full, ckpt, 'run', '-o', target, 'perl', '-e', perl];
  const flags = root ? ['-m'] : ['-m', '-r'];
  const running = new RunningProgram('unshare', [...flags, '/bin/sh', ...inside]);
  const first = await Promise.race([running.line(/ready/), running.ended]);
  if (typeof first !== 'string') skip('no mount namespace here');
  const seen = `/proc/${running.pid}/root${full}`;
  const nsenter = ['-t', `${running.pid}`, '-m', ...(root ? [] : ['-U', '--preserve-credentials'])];
  const outcome = runProgram('nsenter', [...nsenter, ckpt, 'checkpoint', `${running.pid}`]);
  expectRefused(outcome, target, /space|full/i);
  expect(readFileSync(join(seen, 'image'), 'utf8')).toBe('old\n');
  expect(readdirSync(seen)).toEqual(['image']);
  await expectAlive(running);
});

const damaged: readonly (readonly [string, RegExp, (path: string) => void])[] = [
  ['empty', /empty/, (path) => writeFileSync(path, '')],
  ['a text file', /text/, (path) => writeFileSync(path, 'Hello,\nworld\n')],
  ['a program', /executable|program/, (path) => copyFileSync(program, path)],
  [
    'of another architecture',
    /architecture|machine|aarch64|AArch64/,
    (path) => patch(path, 18, [183, 0]),
  ],
  ['cut off in its header', /./, (path) => cut(path, 40)],
  ['cut off in its notes', /./, (path) => cut(path, 3000)],
  ['cut off in its data', /./, (path) => cut(path, Math.floor(statSync(path).size / 2))],
  ['cut off by a byte', /./, (path) => cut(path, statSync(path).size - 1)],
  ['altered in its notes', /./, (path) => flip(path, 2000)],
  ['altered in its data', /./, (path) => flip(path, Math.floor(statSync(path).size / 2))],
  ['altered in its seal', /./, (path) => flip(path, statSync(path).size - 20)],
];

function patch(path: string, offset: number, bytes: readonly number[]): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, Uint8Array.from(bytes), 0, bytes.length, offset);
  closeSync(fd);
}

function flip(path: string, offset: number): void {
  patch(path, offset, [(readFileSync(path)[offset] ?? 0) ^ 0x10]);
}

function cut(path: string, size: number): void {
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, size);
  closeSync(fd);
}

test.each(damaged)('an image that is %s', (name, words, spoil) => {
  const path = join(folder, `${name}.ckpt`);
  copyFileSync(image, path);
  spoil(path);
  for (const command of ['restart', 'verify', 'inspect']) {
    const outcome = runCkpt([command, path]);
    // Where the data alone is altered, the facts about it can still be shown.
    if (command === 'inspect' && name === 'altered in its data') {
      expect(outcome).toMatchObject({ status: 0, stderr: '' });
    } else {
      expectRefused({ ...outcome, stdout: '' }, path, words);
      if (command !== 'verify') expect(outcome.stdout).toBe('');
    }
  }
});

test('an image that is not there, a folder, or not readable', () => {
  for (const command of ['restart', 'verify', 'inspect']) {
    const status = command === 'restart' ? 127 : 125;
    const missing = runCkpt([command, join(folder, 'nothing')]);
    expectRefused(missing, join(folder, 'nothing'), /no such file/, status);
    expectRefused(runCkpt([command], { cwd: folder }), 'mycheckpoint', /no such file/, status);
    expectRefused(runCkpt([command, folder]), folder, /directory|no regular file/);
  }
  if (root) return;
  const path = join(folder, 'secret.ckpt');
  copyFileSync(image, path);
  chmodSync(path, 0);
  for (const command of ['restart', 'verify', 'inspect']) {
    expectRefused(runCkpt([command, path]), path, /permission denied/i);
  }
});

test.skipIf(!root)("another user's image", () => {
  const path = join(folder, 'theirs.ckpt');
  copyFileSync(image, path);
  chmodSync(path, 0o644);
  const stranger = { uid: 65534, gid: 65534, cwd: '/' };
  expectRefused(runCkpt(['restart', path], stranger), path, /user|uid|owner/);
});

test('a good image is whole', () => {
  expect(runCkpt(['verify', image])).toMatchObject({ status: 0, stderr: '' });
  expect(runCkpt(['verify', image]).stdout).toMatch(/: whole and unaltered: /);
});
