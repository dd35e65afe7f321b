import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CheckpointProgress, CkptError, checkpoint } from '../src/index.ts';
import { exitOf, prepared, stateOf, testFolder, until, untilTheEnd } from './programs.ts';

const refusal = (promise: Promise<unknown>): Promise<CkptError> =>
  promise.then(
    () => {
      throw new Error('it was not refused');
    },
    (error) => {
      expect(error).toBeInstanceOf(CkptError);
      return error as CkptError;
    },
  );

const statusOf = (pid: number, key: string) =>
  new RegExp(`^${key}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];

test('a running program is saved to the file that it was started with, and runs on', async () => {
  const folder = testFolder();
  const { pid } = await prepared({ image: 'an image', cwd: folder });
  const seen: CheckpointProgress[] = [];
  const result = await checkpoint(pid, { onProgress: (progress) => seen.push(progress) });
  expect(result.image).toBe(join(folder, 'an image'));
  expect(result.size).toBe(statSync(result.image).size);
  expect(result.threads).toBe(1);
  expect(result.pauseNs).toBeGreaterThan(0);
  expect(result.elapsedMs).toBeGreaterThan(result.pauseNs / 1e6);
  expect(seen.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['stopped', 'paused']));
  expect(readdirSync(folder)).toEqual(['an image']);
  expect(await stateOf(pid)).toBe('S');
});

test('nothing is left in the program: registers, mask, tracer, children, descriptors', async () => {
  const folder = testFolder();
  const { pid } = await prepared({ image: join(folder, 'image') });
  const look = () => ({
    call: readFileSync(`/proc/${pid}/syscall`, 'latin1').split(' ').slice(6).join(' '),
    mask: statusOf(pid, 'SigBlk'),
    caught: statusOf(pid, 'SigCgt'),
    pending: statusOf(pid, 'SigPnd'),
    tracer: statusOf(pid, 'TracerPid'),
    threads: statusOf(pid, 'Threads'),
    children: readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1'),
    descriptors: readdirSync(`/proc/${pid}/fd`),
    maps: readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n').length,
  });
  const before = look();
  for (let round = 0; round < 10; round++) await checkpoint(pid);
  await until(async () => (await stateOf(pid)) === 'S');
  expect(look()).toEqual(before);
});

test('a stopped program is saved, and stays stopped', async () => {
  const folder = testFolder();
  const { pid } = await prepared({ image: join(folder, 'image') });
  process.kill(pid, 'SIGSTOP');
  await until(async () => (await stateOf(pid)) === 'T');
  await checkpoint(pid);
  expect(await stateOf(pid)).toBe('T');
  process.kill(pid, 'SIGCONT');
  await until(async () => (await stateOf(pid)) === 'S');
});

test('with kill the program is dead when the promise is fulfilled', async () => {
  const folder = testFolder();
  const child = await prepared();
  const exit = exitOf(child);
  await checkpoint(child.pid, { to: join(folder, 'image'), kill: true });
  expect(await exit).toEqual({ code: null, signal: 'SIGKILL' });
  expect(existsSync(join(folder, 'image'))).toBe(true);
});

test('several at once: each is made or refused as busy, and the program runs on', async () => {
  const folder = testFolder();
  const { pid } = await prepared({ image: join(folder, 'image') });
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => checkpoint(pid)));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused.length).toBeLessThan(4);
  for (const { reason } of refused) {
    expect(['busy', 'writing', 'traced', 'not-permitted']).toContain((reason as CkptError).code);
  }
  expect(await stateOf(pid)).toBe('S');
  await until(async () => (await checkpoint(pid).catch(() => undefined)) !== undefined);
});

test('processes that cannot be saved are named, with what to do', async () => {
  const unprepared = untilTheEnd(spawn('sleep', ['1000'], { stdio: 'ignore' }));
  const pid = unprepared.pid ?? 0;
  await until(() => readFileSync(`/proc/${pid}/comm`, 'latin1') === 'sleep\n');
  const error = await refusal(checkpoint(pid));
  expect(error).toMatchObject({ code: 'not-prepared', pid });
  expect(error.message).toBe(`process ${pid} (sleep) is not prepared: start it with \`ckpt run\``);
  expect(await refusal(checkpoint(0x7ffffffe))).toMatchObject({
    code: 'no-process',
    message: 'there is no process 2147483646',
  });
  expect(await refusal(checkpoint(-1))).toMatchObject({ code: 'invalid' });
  expect(await refusal(checkpoint(1.5))).toMatchObject({ code: 'invalid' });
});

test('a zombie is refused', async () => {
  // The child outlives the shell, which becomes a sleep that never takes notice of its end.
  const parent = untilTheEnd(
    spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (data) => resolve(Number(data)));
  });
  await until(async () => (await stateOf(pid)) === 'Z');
  expect(await refusal(checkpoint(pid))).toMatchObject({ code: 'zombie' });
});

test('a thread id is refused with the number of its process', async () => {
  const tid = readdirSync('/proc/self/task')
    .map(Number)
    .find((id) => id !== process.pid);
  const error = await refusal(checkpoint(tid ?? 0));
  expect(error.code).toBe('no-process');
  expect(error.message).toContain(`is a thread of process ${process.pid}`);
});

test.skipIf(process.geteuid?.() === 0)('a process of another user is refused', async () => {
  expect(await refusal(checkpoint(1))).toMatchObject({ code: 'not-permitted' });
});

test('an output that cannot be written is refused before the program is touched', async () => {
  const folder = testFolder();
  const { pid } = await prepared();
  const missing = join(folder, 'missing', 'image');
  expect(await refusal(checkpoint(pid, { to: missing }))).toMatchObject({
    code: 'no-folder',
    path: missing,
    message: `${missing} can't be written: there is no folder ${join(folder, 'missing')}`,
  });
  expect(await refusal(checkpoint(pid, { to: folder }))).toMatchObject({ code: 'not-writable' });
  const sealed = join(folder, 'sealed');
  mkdirSync(sealed);
  chmodSync(sealed, 0o555);
  if (process.geteuid?.() !== 0) {
    const error = await refusal(checkpoint(pid, { to: join(sealed, 'image') }));
    expect(error).toMatchObject({ code: 'not-writable' });
  }
});

test('an aborted checkpoint says so, and the program runs on', async () => {
  const folder = testFolder();
  const { pid } = await prepared({ image: join(folder, 'image') });
  const early = await refusal(checkpoint(pid, { signal: AbortSignal.abort('why') }));
  expect(early).toMatchObject({ code: 'aborted', cause: 'why' });
  const controller = new AbortController();
  const promise = checkpoint(pid, { signal: controller.signal });
  controller.abort();
  await promise.catch((error) => expect(error).toMatchObject({ code: 'aborted' }));
  await checkpoint(pid);
  expect(readdirSync(folder)).toEqual(['image']);
});
