import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CkptError, checkpoint, launch, list, restart } from '../src/index.ts';
import { restartArguments } from '../src/restart-arguments.ts';
import { collected, countingTest, exitOf, testFolder, until, untilTheEnd } from './programs.ts';

test('a killed program counts on from where it was saved', async () => {
  const folder = testFolder();
  const image = join(folder, 'image');
  const child = untilTheEnd(
    launch(countingTest(folder), [], { image, stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const before = collected(child.stdout);
  await until(() => /is: 2\n/.test(before.text));
  const exit = exitOf(child);
  await checkpoint(child.pid ?? 0, { kill: true });
  await exit;
  const last = Number(/(\d+)\n$/.exec(before.text)?.[1]);
  const again = untilTheEnd(restart(image, { stdio: ['ignore', 'pipe', 'pipe'] }));
  const after = collected(again.stdout);
  await until(() => after.text.split('\n').length > 2);
  expect(after.text).toMatch(new RegExp(`^The next counting number is: ${last + 1}\n`));
  // It is prepared still.
  await until(async () => (await list()).some((item) => item.image === image));
});

test('an image that is none ends the child with 125 and one line', async () => {
  const child = restart('/dev/null', { stdio: ['ignore', 'pipe', 'pipe'] });
  const errors = collected(child.stderr);
  expect(await exitOf(child)).toEqual({ code: 125, signal: null });
  expect(errors.text).toMatch(/^ckpt: .*\/dev\/null.*\n$/);
});

test('the words for the restarter', () => {
  expect(restartArguments('image', {})).toEqual(['--pids', 'auto', 'image']);
  expect(restartArguments('-x', { pids: 'fresh' })).toEqual(['--pids', 'fresh', './-x']);
  expect(restartArguments('-', { pids: 'exact' })).toEqual(['--pids', 'exact', '-']);
  expect(() => restartArguments('', {})).toThrow(CkptError);
  expect(() => restartArguments('image', { pids: 'some' as 'auto' })).toThrow(CkptError);
});
