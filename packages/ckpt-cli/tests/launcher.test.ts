import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ckpt } from './tools/paths.ts';
import { runProgram } from './tools/run-ckpt.ts';
import { tempFolder } from './tools/temp-folder.ts';

// The script, in front of a command line that prints what it was given.
const folder = join(tempFolder(), 'with a space');
const script = join(folder, 'package', 'bin', 'ckpt');
mkdirSync(join(folder, 'package', 'bin'), { recursive: true });
mkdirSync(join(folder, 'package', 'dist'));
copyFileSync(ckpt, script);
writeFileSync(
  join(folder, 'package', 'dist', 'cli.js'),
  `require('node:fs').writeFileSync(process.env.SEEN, JSON.stringify([process.env.CKPT_BARE, ...process.argv.slice(2)]));`,
);
const seenFile = join(folder, 'seen');

/** What the command line saw after this shell command, in which "$@" is the script with two arguments. */
function seen(shellCommand: string, program = script, options = {}): string[] {
  const env = { ...process.env, SEEN: seenFile };
  const args = ['-c', shellCommand, 'sh', program, 'a  b', '*'];
  const { status, stderr } = runProgram('/bin/sh', args, { env, cwd: folder, ...options });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(readFileSync(seenFile, 'utf8'));
}

const bare =
  /^nofile=(\d+|unlimited) ign=([0-9a-f]{16}) blk=([0-9a-f]{16}) fl=([0-7]+|-),([0-7]+|-),([0-7]+|-) fds=[\d,]* env=\S*$/;

test('arguments arrive as they are', () => {
  const [state, ...args] = seen('exec "$@"');
  expect(state).toMatch(bare);
  expect(args).toEqual(['a  b', '*']);
});

test('symbolic links are followed, relative and absolute ones', () => {
  mkdirSync(join(folder, 'links', 'more'), { recursive: true });
  symlinkSync(script, join(folder, 'links', 'absolute'));
  symlinkSync('../absolute', join(folder, 'links', 'more', 'relative'));
  symlinkSync('links/more/relative', join(folder, 'ckpt'));
  expect(seen('exec "$@"', './ckpt')).toHaveLength(3);
  expect(seen('PATH=$PWD:$PATH; exec "$@"', 'ckpt')).toHaveLength(3);
  expect(seen('cd links/more && exec "$@"', './relative')).toHaveLength(3);
});

const shells = ['dash', 'bash', 'busybox'].filter(
  (shell) => runProgram('/bin/sh', ['-c', `command -v ${shell}`]).status === 0,
);

test.each(shells)('it works with %s as the shell', (shell) => {
  const start = shell === 'busybox' ? 'exec busybox sh "$@"' : `exec ${shell} "$@"`;
  const ignored = (command: string) => bare.exec(seen(command)[0] ?? '')?.[2];
  expect(ignored(start)).toBe('0000000000000000');
  expect(ignored(`trap "" HUP PIPE; ${start}`)).toBe('0000000000001001');
});

test('limits, signals and flags are those of the caller', () => {
  expect(seen('ulimit -Sn 123; exec "$@"')[0]).toMatch(/^nofile=123 /);
  const mask = `exec perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM)); exec @ARGV' "$@"`;
  expect(seen(mask)[0]).toContain(' blk=0000000000004000 ');
  expect(seen('exec "$@" <&- >out 2>>out')[0]).toMatch(/ fl=-,0?1\d0?0001,0?1\d2001 /);
  expect(seen('exec "$@" </dev/null >&-')[0]).toMatch(/ fl=01?00000,-,/);
});

test('inherited descriptors of a program to run', () => {
  const passed = (shellCommand: string, ...args: string[]) => {
    const [state = ''] = seen(`${shellCommand} "$1" run ${args.join(' ')}`);
    return / fds=([\d,]*) /.exec(state)?.[1]?.split(',') ?? [];
  };
  const bash = (redirections: string) => `exec bash -c 'exec "$@" ${redirections}' bash`;
  expect(passed(bash('5</dev/null 7< <(:) 20</dev/null 30< <(:)')).sort()).toEqual([
    '20',
    '5',
    '7',
  ]);
  expect(passed(bash('30< <(:)'), '/dev/fd/30')).toEqual(['30']);
  expect(passed(bash('30< <(:)'), '/dev/fd/301')).toEqual(['']);
  expect(seen('exec "$@" 5</dev/null')[0]).toMatch(/ fds= env=$/);
});

test('without Node it says so', () => {
  const { status, stderr } = runProgram(script, [], { env: { PATH: '/nowhere' } });
  expect({ status, stderr }).toEqual({
    status: 125,
    stderr: 'ckpt: there is no node on PATH: install Node 20.19 or later\n',
  });
});
