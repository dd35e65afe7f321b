import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from './tools/compile.ts';
import { ckpt } from './tools/paths.ts';
import { runProgram } from './tools/run-ckpt.ts';
import { tempFolder } from './tools/temp-folder.ts';

// Node raises the limit of open files, resets ignored signals, ignores SIGPIPE, opens closed standard streams. Under
// `ckpt run` a program sees nothing of it: its state is that of a program that a bare shell starts.

const folder = tempFolder();
const program = compile('print-state', folder);
const usr2 = '12'; // is libckpt's

/** The state of print-state in lines; "$@" of the shell command is print-state, in front of it perhaps `ckpt run`. */
function stateUnder(shellCommand: string, prefix: readonly string[]): string[] {
  const file = join(folder, 'state');
  writeFileSync(file, '');
  const args = ['-c', shellCommand, 'sh', ...prefix, program, file];
  const env = { ...process.env, PRINT_STATE_EXCEPT: usr2 };
  const { status, stderr } = runProgram('/bin/sh', args, { cwd: folder, env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return readFileSync(file, 'utf8').trimEnd().split('\n').sort();
}

const perl = (code: string) => `exec perl -MPOSIX -MFcntl -e '${code}; exec @ARGV' "$@"`;
const streams = '</dev/null >out 2>&1';

test.each([
  ['a plain shell', `exec "$@" ${streams}`],
  ['a limit of open files', `ulimit -Sn 321; exec "$@" ${streams}`],
  ['a hard limit of open files', `ulimit -n 4000; exec "$@" ${streams}`],
  ['other limits', `ulimit -c 0; ulimit -Ss 4096; ulimit -f 10000; exec "$@" ${streams}`],
  ['ignored signals', `trap "" HUP INT QUIT PIPE TERM XFSZ TSTP; exec "$@" ${streams}`],
  [
    'blocked signals',
    `${perl('sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM, SIGCHLD, 40))')} ${streams}`,
  ],
  ['a umask', `umask 027; exec "$@" ${streams}`],
  ['a session of its own', `exec setsid -w "$@" ${streams}`],
  ['a low priority', `exec nice -n 7 "$@" ${streams}`],
  ['an oom score', `echo 500 >/proc/self/oom_score_adj; exec "$@" ${streams}`],
  ['no stdin', 'exec "$@" <&- >out 2>&1'],
  ['no stdout', 'exec "$@" </dev/null >&- 2>out'],
  ['no stderr', 'exec "$@" </dev/null >out 2>&-'],
  ['no streams', 'exec "$@" <&- >&- 2>&-'],
  [
    'streams that append and do not block',
    `${perl('fcntl(STDOUT, F_SETFL, O_APPEND | O_NONBLOCK)')} </dev/null >>out 2>&1`,
  ],
  ['pipes that do not block', `: | { ${perl('fcntl(STDIN, F_SETFL, O_NONBLOCK)')} >out 2>out; }`],
  ['another descriptor', `exec "$@" ${streams} 7</dev/null`],
])('%s', (_, shellCommand) => {
  const bare = stateUnder(shellCommand, []);
  const under = stateUnder(shellCommand, [ckpt, 'run', '-o', join(folder, 'image'), '--']);
  expect(normal(under)).toEqual(normal(bare));
});

/** Without what differs from run to run: inodes of pipes, and the parent where a shell stays. */
function normal(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !/^(parent|group|session): /.test(line) || line.endsWith(': 0'))
    .map((line) => line.replace(/(mode 010\d+.*inode) \d+/, '$1'));
}

test('session, group and parent', () => {
  const ids = (prefix: readonly string[]) =>
    stateUnder(`exec "$@" ${streams}`, prefix).filter((line) =>
      /^(parent|group|session)/.test(line),
    );
  expect(ids([ckpt, 'run'])).toEqual(ids([]));
});
