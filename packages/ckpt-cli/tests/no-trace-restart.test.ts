import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from './tools/compile.ts';
import { ckpt } from './tools/paths.ts';
import { runProgram } from './tools/run-ckpt.ts';
import { RunningProgram } from './tools/running-program.ts';
import { differences, type State, stateIn } from './tools/state.ts';
import { tempFolder } from './tools/temp-folder.ts';
import { Terminal } from './tools/terminal.ts';

// A program is saved under one shell and restarted under another, whose limits, umask, signals, folder, priority and streams
// differ. It has what it had; what is not saved it has from the second shell, as a bare program there has it.

const folder = tempFolder();
const program = compile('print-state', folder);
const env = { ...process.env, PRINT_STATE_EXCEPT: '12' }; // the signal of libckpt
const isRoot = process.geteuid?.() === 0;

/** What the restarted program has from the shell that restarts it, as a bare program there. Anything else is as it was saved. */
const fromRestarter: readonly RegExp[] = [
  // it is that shell's child, in its session, on its terminal
  /^(parent|session|group|terminal)$/,
  /^\/proc\/self\/(autogroup|loginuid|sessionid)$/,
  // it is who it is, where it is
  /^status (Uid|Gid|Groups|Cap\w+|Mems_allowed\w*)$/,
  /^\/proc\/self\/(cgroup|cpuset|mountinfo|mounts|\w+_map|projid_map|setgroups|timens_offsets|root)$/,
  /^\/proc\/self\/(ns|attr)\//,
  /^(secure bits|keep capabilities|seccomp|store bypass|indirect branches|flush of the data cache|io flusher)$/,
  /^status (Seccomp\w*|Speculation\w+)$/,
  // not in the image yet
  /^(cpus|io priority|timer slack|death signal|memory errors|huge pages off)$/,
  /^status (Cpus_allowed|Cpus_allowed_list|THP_enabled)$/,
  /^\/proc\/self\/(oom_adj|oom_score_adj|coredump_filter|timerslack_ns)$/,
];

/** Compared in another way: limits as far as they go, the rest is print-state's own or the path of the image. */
const apart: readonly RegExp[] = [
  /^limit \d+$/,
  /^\/proc\/self\/limits$/, // the same in words
  /^status FDSize$/, // the kernel's room for descriptors
  /^descriptor \d{2,}$/, // see no-trace.test.ts
  /^(nice|scheduling 4)$/,
];

interface Saved {
  readonly image: string;
  readonly before: State;
  readonly after: string;
}

/** Saves print-state, which was started by a shell command and has changed all that it can of itself. */
async function save(name: string, shellCommand: string, threads: 1 | 2 = 2): Promise<Saved> {
  const path = (what: string) => join(folder, `${name}.${what}`);
  const image = path('image');
  const words = [path('before'), 'prepare', path('go'), path('after')];
  const args = ['-c', shellCommand, 'sh', ckpt, 'run', '-o', image, '--', program, ...words];
  const variables = threads === 2 ? { ...env, PRINT_STATE_THREAD: '1' } : env;
  const running = new RunningProgram('/bin/sh', args, { cwd: folder, env: variables });
  const before = await stateIn(path('before'));
  const saved = runProgram(ckpt, ['checkpoint', `${running.pid}`, '--kill']);
  expect(saved).toMatchObject({ status: 0, stderr: '' });
  await running.ended;
  runProgram('/bin/touch', [path('go')]); // it ends when it has printed its state again
  return { image, before, after: path('after') };
}

const files = save('files', 'exec "$@" </dev/null >out 2>&1');
const pipes = save('pipes', 'exec "$@"');

/** "$@" of the shell command is once print-state, once `ckpt restart`: the states of both. */
async function statesUnder(shellCommand: string, { image, after }: Saved, pids = 'fresh') {
  const bare = join(folder, 'bare');
  const states: State[] = [];
  for (const [words, file] of [
    [[program, bare], bare],
    [[ckpt, 'restart', '--pids', pids, image], after],
  ] as const) {
    runProgram('/bin/rm', ['-f', file]);
    const { status, stderr } = runProgram('/bin/sh', ['-c', shellCommand, 'sh', ...words], {
      cwd: folder,
      env,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    states.push(await stateIn(file));
  }
  return { bare: states[0] as State, found: states[1] as State };
}

function expectSame(
  before: State,
  bare: State,
  found: State,
  more: { readonly restarter?: readonly RegExp[]; readonly except?: readonly RegExp[] } = {},
): void {
  const restarter = [...fromRestarter, ...(more.restarter ?? [])];
  const ignored = [...apart, ...(more.except ?? [])];
  expect(differences(before, found, [...ignored, ...restarter])).toEqual([]);
  const taken = (state: State) =>
    new Map([...state].filter(([name]) => restarter.some((pattern) => pattern.test(name))));
  expect(differences(taken(bare), taken(found), ignored)).toEqual([]);
  expect(limitsOf(found)).toEqual(
    limitsOf(before).map(([soft, hard], index) => {
      const most = limitsOf(bare)[index]?.[1] ?? unlimited;
      const itsHard = hard > most && !mayRaise ? most : hard;
      return [soft > itsHard ? itsHard : soft, itsHard];
    }),
  );
  const nice = (state: State) => Number(state.get('nice'));
  expect(nice(found)).toBe(isRoot ? nice(before) : Math.max(nice(before), nice(bare)));
}

const unlimited = 0xffffffffffffffffn;
const capabilities = BigInt(
  `0x${/^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`,
);
/** CAP_SYS_RESOURCE: a hard limit can rise. */
const mayRaise = ((capabilities >> 24n) & 1n) === 1n;
/** CAP_CHECKPOINT_RESTORE */
const mayChoosePids = ((capabilities >> 40n) & 1n) === 1n;

function limitsOf(state: State): (readonly [bigint, bigint])[] {
  return Array.from({ length: 16 }, (_, index) => {
    const [soft = 0n, hard = 0n] = (state.get(`limit ${index}`) ?? '')
      .split(' ')
      .map((word) => BigInt.asUintN(64, BigInt(word)));
    return [soft, hard] as const;
  });
}

const perl = (code: string) => `exec perl -MPOSIX -MFcntl -e '${code}; exec @ARGV' "$@"`;
const streams = '</dev/null >out2 2>&1';

const shells: readonly (readonly [string, string])[] = [
  ['a plain shell', `exec "$@" ${streams}`],
  [
    'lower limits',
    `ulimit -n 64; ulimit -c 0; ulimit -f 2000; ulimit -s 2048; exec "$@" ${streams}`,
  ],
  ['ignored signals', `trap "" HUP INT QUIT PIPE TERM XFSZ TSTP USR1; exec "$@" ${streams}`],
  ['an ignored SIGCHLD', `${perl('$SIG{CHLD} = "IGNORE"')} ${streams}`],
  [
    'blocked signals',
    `${perl('sigprocmask(SIG_BLOCK, POSIX::SigSet->new(1 .. 31, 34 .. 64))')} ${streams}`,
  ],
  ['another umask and folder', `umask 007; cd /; exec "$@" </dev/null >/dev/null 2>&1`],
  ['a session of its own', `exec setsid -w "$@" ${streams}`],
  ['nohup', `exec nohup "$@" ${streams}`],
  ['a low priority', `exec nice -n 9 "$@" ${streams}`],
  ['an oom score', `echo 500 >/proc/self/oom_score_adj; exec "$@" ${streams}`],
  ['one processor', `exec taskset 2 "$@" ${streams}`],
];

test.each(shells)('from files, under %s', async (name, shellCommand) => {
  const saved = await files;
  const { bare, found } = await statesUnder(shellCommand, saved);
  const except = /session/.test(name) ? [/autogroup/] : [];
  expectSame(saved.before, bare, found, { except });
});

test.each<[string, string, ...RegExp[]]>([
  ['files', `exec "$@" ${streams}`],
  // where the restarter has none it is /dev/null: the next file that the program opens must not become its output
  ['closed stdin', 'exec "$@" <&- >out2 2>&1', /^descriptor 0$/],
  ['closed streams', 'exec "$@" <&- >&- 2>&-', /^descriptor [012]$/],
  [
    'streams that append and do not block',
    `${perl('fcntl(STDOUT, F_SETFL, O_APPEND | O_NONBLOCK)')} </dev/null >>out2 2>&1`,
  ],
  [
    'a pipe that does not block',
    `mkfifo pipe 2>&-; exec 3<>pipe; ${perl('fcntl(STDIN, F_SETFL, O_NONBLOCK)')} <pipe 3<&- >out 2>out`,
  ],
])('from pipes, with %s', async (_, shellCommand, ...except) => {
  const saved = await pipes;
  const { bare, found } = await statesUnder(shellCommand, saved);
  expectSame(saved.before, bare, found, { restarter: [/^descriptor [012]$/], except });
});

test('on a terminal, as a job of an interactive shell', async () => {
  const saved = await pipes;
  const terminal = new Terminal(folder, { PRINT_STATE_EXCEPT: '12' });
  await terminal.see(/prompt> /);
  const path = (name: string) => join(folder, `terminal.${name}`);
  runProgram('/bin/rm', ['-f', saved.after]);
  terminal.type(
    `${program} ${path('bare')}; ckpt run -o x ${program} ${path('run')}; ${program} ${path('later')}\r`,
  );
  const bare = await stateIn(path('bare'));
  const known = [...apart, /^status SigCgt$/, /^environment \d+$/, /(environ|cmdline)$/];
  expect(differences(bare, await stateIn(path('run')), known)).toEqual([]);
  expect(differences(bare, await stateIn(path('later')), known)).toEqual([]);
  terminal.type(`ckpt restart --pids fresh ${saved.image}; ${program} ${path('last')}\r`);
  const found = await stateIn(saved.after);
  expectSame(saved.before, bare, found, { restarter: [/^descriptor [012]$/, /^terminal [012]$/] });
  expect(differences(bare, await stateIn(path('last')), known)).toEqual([]);
});

test.skipIf(!mayChoosePids)(
  'with its old PID, as a child of the proxy (needs CAP_CHECKPOINT_RESTORE)',
  async () => {
    const saved = await files;
    const { bare, found } = await statesUnder(`exec "$@" ${streams}`, saved, 'exact');
    // it is to end with its proxy
    expectSame(saved.before, bare, found, { except: [/^(parent|group|death signal)$/] });
  },
);

test('a program of one thread that is saved from outside keeps its timers and pending signals', async () => {
  const saved = await save('single', `exec "$@" ${streams}`, 1);
  const { bare, found } = await statesUnder(`exec "$@" ${streams}`, saved);
  expectSame(saved.before, bare, found);
});
