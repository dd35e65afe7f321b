import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from './tools/compile.ts';
import { ckpt } from './tools/paths.ts';
import { runProgram } from './tools/run-ckpt.ts';
import { differences, readState, type State } from './tools/state.ts';
import { tempFolder } from './tools/temp-folder.ts';

// Node raises the limit of open files, resets ignored signals, ignores SIGPIPE, opens closed standard streams; a shell drops
// and changes variables. Under `ckpt run` a program sees nothing of it: its state is that of a program that a bare shell starts.

const folder = tempFolder();
const program = compile('print-state', folder);
const usr2 = '12'; // is libckpt's

/** The state of print-state; "$@" of the shell command is print-state, in front of it perhaps `ckpt run`. */
function stateUnder(shellCommand: string, prefix: readonly string[]): State {
  const file = join(folder, 'state');
  writeFileSync(file, '');
  const args = ['-c', shellCommand, 'sh', ...prefix, program, file];
  const env = { ...process.env, PRINT_STATE_EXCEPT: usr2 };
  const { status, stderr } = runProgram('/bin/sh', args, { cwd: folder, env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return readState(file);
}

const known = [
  /^status SigCgt$/, // the handler of libckpt's signal
  /^descriptor \d{2,}$/, // terminals and editors leave pipes open at high numbers: see bin/ckpt
];

const perl = (code: string) => `exec perl -MPOSIX -MFcntl -e '${code}; exec @ARGV' "$@"`;
const streams = '</dev/null >out 2>&1';

test.each<[string, string, ...RegExp[]]>([
  ['a plain shell', `exec "$@" ${streams}`],
  ['a limit of open files', `ulimit -Sn 321; exec "$@" ${streams}`],
  ['a hard limit of open files', `ulimit -n 4000; exec "$@" ${streams}`],
  ['a low limit of open files', `ulimit -n 40; exec "$@" ${streams}`],
  ['other limits', `ulimit -c 0; ulimit -Ss 4096; ulimit -f 10000; exec "$@" ${streams}`],
  ['ignored signals', `trap "" HUP INT QUIT PIPE TERM XFSZ TSTP; exec "$@" ${streams}`],
  [
    'an ignored SIGCHLD, as far as a shell hands it on',
    `exec perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' sh -c 'exec "$@"' sh "$@" ${streams}`,
  ],
  [
    'blocked signals',
    `${perl('sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGTERM, SIGCHLD, 40))')} ${streams}`,
  ],
  [
    'all signals blocked',
    `${perl('sigprocmask(SIG_BLOCK, POSIX::SigSet->new(1 .. 31, 34 .. 64))')} ${streams}`,
  ],
  ['a umask', `umask 027; exec "$@" ${streams}`],
  ['a session of its own', `exec setsid -w "$@" ${streams}`, /autogroup$/],
  ['nohup', `exec nohup "$@" ${streams}`],
  ['a background job', `"$@" >out 2>&1 & wait $!`, /^parent$/],
  ['a low priority', `exec nice -n 7 "$@" ${streams}`],
  ['an oom score', `echo 500 >/proc/self/oom_score_adj; exec "$@" ${streams}`],
  ['one processor', `exec taskset 1 "$@" ${streams}`],
  ['no stdin', 'exec "$@" <&- >out 2>&1'],
  ['no stdout', 'exec "$@" </dev/null >&- 2>out'],
  ['no stderr', 'exec "$@" </dev/null >out 2>&-'],
  ['no streams', 'exec "$@" <&- >&- 2>&-'],
  [
    'streams that append and do not block',
    `${perl('fcntl(STDOUT, F_SETFL, O_APPEND | O_NONBLOCK)')} </dev/null >>out 2>&1`,
  ],
  [
    'a pipe that does not block',
    `mkfifo pipe 2>&-; exec 3<>pipe; ${perl('fcntl(STDIN, F_SETFL, O_NONBLOCK)')} <pipe 3<&- >out 2>out`,
  ],
  ['another descriptor', `exec "$@" ${streams} 7</dev/null`],
  [
    'variables that are none of a shell',
    `exec env -i "F%%=() { x; }" A-B=c IFS=x OPTIND=7 PWD=/none SHLVL=3 _=y PS1=z "PATH=$PATH" PRINT_STATE_EXCEPT=12 "$@" ${streams}`,
  ],
  [
    'names that are not UTF-8',
    `exec env "$(printf 'A=\\351')" "$@" "$(printf '\\351')" ${streams}`,
  ],
])('%s', (_, shellCommand, ...except) => {
  const bare = stateUnder(shellCommand, []);
  const under = stateUnder(shellCommand, [ckpt, 'run', '-o', join(folder, 'image'), '--']);
  expect(differences(bare, under, [...known, ...except])).toEqual([]);
});
