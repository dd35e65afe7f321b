import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkpoint, launch, restart } from '../src/index.ts';
import { exitOf, testFolder, until } from './programs.ts';

// A child that launch() or restart() makes has the state of one that spawn() of Node makes. The state after a restart is compared
// with that before in ckpt-cli's tests.

const source = fileURLToPath(new URL('../../../c/tests/print-state.c', import.meta.url));

/** Facts by their names, without those that two runs of one program do not share. */
function facts(path: string, except: RegExp): Map<string, string> {
  const ignored =
    /^(status (Pid|Tgid|NSpid|NStgid|NSpgid|NSsid|PPid|Vm\w+|Rss\w+|\w+_ctxt_switches|State|SigQ|SigCgt|FDSize)|\/proc\/self\/(environ|cmdline|autogroup)|environment \d+)$/;
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const all = lines.map((line) => [line.replace(/:.*/s, ''), line] as const);
  return new Map(all.filter(([name]) => !ignored.test(name) && !except.test(name)));
}

test.each([
  ['ignored streams', 'ignore'],
  ['pipes', 'pipe'],
  ['inherited streams', 'inherit'],
] as const)('launch() and restart() leave no trace, with %s', async (_, stdio) => {
  const folder = testFolder();
  const path = (name: string) => join(folder, name);
  const program = path('print-state');
  execFileSync(process.env['CC'] ?? 'cc', ['-o', program, source, '-pthread']);
  const env = { ...process.env, PRINT_STATE_EXCEPT: '12' };
  const options = { stdio, env, cwd: folder };
  const pipes = /^(descriptor [012]|descriptor \d{2,})$/; // each has pipes of its own
  const except = stdio === 'pipe' ? pipes : /^descriptor \d{2,}$/;

  await exitOf(spawn(program, [path('bare')], options));
  await exitOf(launch(program, [path('launched')], { ...options, image: 'x' }));
  expect(facts(path('launched'), except)).toEqual(facts(path('bare'), except));

  const image = path('image');
  const words = [path('before'), path('go'), path('after')];
  const child = launch(program, words, { ...options, image });
  await until(() => existsSync(path('before')));
  const gone = exitOf(child);
  await checkpoint(child.pid ?? 0, { kill: true });
  await gone;
  writeFileSync(path('go'), '');
  expect(await exitOf(restart(image, { stdio, pids: 'fresh' }))).toEqual({ code: 0, signal: null });
  expect(facts(path('after'), except)).toEqual(facts(path('before'), except));
});
