import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bareState } from '../src/bare-state.ts';
import { testFolder } from './programs.ts';

const index = new URL('../dist/index.js', import.meta.url).href;

/** A script that prints what a program is started with. */
const report = `
ulimit -Sn; ulimit -Hn; umask
grep -E 'Sig(Blk|Ign|Pnd)|ShdPnd' /proc/self/status
for fd in 0 1 2 5; do
  if [ -e /proc/self/fdinfo/$fd ]; then echo $fd $(grep flags: /proc/self/fdinfo/$fd); else echo $fd closed; fi
done
`;

/** Runs `report` behind shell words that set things up: alone, and in place of a Node process. */
function compare(setUp: string, bare: string) {
  const folder = testFolder();
  const script = join(folder, 'report.sh');
  const node = join(folder, 'here.mjs');
  writeFileSync(script, report);
  writeFileSync(
    node,
    `import { launchHere } from ${JSON.stringify(index)};
     process.stdout.isTTY; process.stderr.isTTY; process.stdin.isTTY;
     launchHere('sh', [${JSON.stringify(script)}], { signal: 'none' });`,
  );
  const run = (command: string) => {
    const words = `${setUp}\nflags() { sed -n 's/^flags:[[:space:]]*//p' /proc/$$/fdinfo/$1; }\n${command}`;
    const { stdout, stderr, status } = spawnSync('sh', ['-c', words], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return stdout;
  };
  const alone = run(`exec sh ${script}`);
  const here = run(`export CKPT_BARE="${bare}"\nexec ${process.execPath} ${node}`);
  return { alone, here };
}

test('launchHere leaves nothing of Node: limits, ignored signals, streams, descriptors', () => {
  const { alone, here } = compare(
    "ulimit -Sn 512; trap '' HUP PIPE; umask 027; exec </dev/null 5</dev/null",
    'nofile=512 ign=1001 blk=0 fl=$(flags 0),$(flags 1),$(flags 2) fds=5',
  );
  expect(here).toBe(alone);
});

test('a closed standard input stays closed', () => {
  const { alone, here } = compare(
    'ulimit -Sn 512; exec <&-',
    'nofile=512 ign=0 blk=0 fl=-,$(flags 1),$(flags 2)',
  );
  expect(here).toBe(alone);
});

test('launchHere throws where the program is not found', () => {
  const script = `import { launchHere } from ${JSON.stringify(index)};
    try { launchHere('no-such-program-anywhere'); } catch (error) { console.log(error.code); }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('not-found\n');
});

test('CKPT_BARE is read leniently', () => {
  expect(
    bareState({ CKPT_BARE: 'nofile=1024 ign=1001 blk=ff fl=0100002,-,02001 fds=5,7 new=1' }),
  ).toEqual({
    nofile: 1024n,
    ignored: 0x1001n,
    blocked: 0xffn,
    flags: [0o100002, -2, 0o2001],
    inherited: [5, 7],
  });
  const fallback = bareState({});
  expect(fallback).toMatchObject({ ignored: 0n, blocked: 0n, flags: [-1, -1, -1], inherited: [] });
  expect(typeof fallback.nofile).toBe('bigint');
  expect(bareState({ CKPT_BARE: 'nofile=unlimited' }).nofile).toBe(0xffffffffffffffffn);
  expect(bareState({ CKPT_BARE: 'ign=xyz fl=9 = nofile' })).toMatchObject({
    ignored: 0n,
    flags: [-1, -1, -1],
  });
});
