import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from './tools/compile.ts';
import { leftOver } from './tools/left-over.ts';
import { runCkpt } from './tools/run-ckpt.ts';
import { startCkpt } from './tools/running-program.ts';
import { tempFolder } from './tools/temp-folder.ts';

// ckpt itself is killed, or told to give up, at random moments: CKPT_ROUNDS of them in a long run.

const rounds = Number(process.env['CKPT_ROUNDS'] ?? 4);
const patience = { timeout: 60_000 + rounds * 3_000 };
const folder = tempFolder();
const program = compile('failing', folder);
const env = { ...process.env, CKPT_TEST_FOLDER: folder };

function pause(milliseconds: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}

async function nothingLeft(expected: readonly number[]): Promise<void> {
  await expect.poll(() => leftOver(folder, expected), { timeout: 20_000, interval: 5 }).toEqual([]);
}

/** A program with 40 MB that it writes to all the time, and an earlier image of it. */
async function begin(name: string) {
  const place = join(folder, name);
  mkdirSync(place);
  const image = join(place, 'image');
  const running = startCkpt(['run', '-o', image, program, 'writer'], {
    env: { ...env, CKPT_TEST_GO: join(place, 'go') },
  });
  await running.line(/ready\n/);
  expect(runCkpt(['checkpoint', `${running.pid}`], { env })).toMatchObject({
    status: 0,
    stderr: '',
  });
  copyFileSync(image, join(folder, `${name}-earlier`));
  return { place, image, running, earlier: join(folder, `${name}-earlier`) };
}

async function end({ place, running }: Awaited<ReturnType<typeof begin>>): Promise<void> {
  expect(runCkpt(['checkpoint', `${running.pid}`], { env })).toMatchObject({
    status: 0,
    stderr: '',
  });
  expect(readdirSync(place)).toEqual(['image']);
  writeFileSync(join(place, 'go'), '');
  expect(await running.ended).toEqual({ status: 0, signal: null });
  expect(running.stdout).toMatch(/PASS\n$/);
}

test(
  'ckpt checkpoint is killed: the image is the earlier one or a new whole one',
  patience,
  async () => {
    const begun = await begin('killed');
    const { image, running } = begun;
    for (let round = 1; round <= rounds; round++) {
      const checkpoint = startCkpt(['checkpoint', `${running.pid}`], { env });
      await pause(Math.random() * 400);
      await checkpoint.killed();
      await nothingLeft([running.pid]);
      expect(runCkpt(['verify', image])).toMatchObject({ status: 0, stderr: '' });
      if (round % 20 === 0) console.log(`${round} times killed`);
    }
    await end(begun);
  },
);

test('ckpt checkpoint is interrupted: it gives up and leaves nothing', patience, async () => {
  const begun = await begin('interrupted');
  const { place, image, running, earlier } = begun;
  let given = 0;
  for (let round = 1; round <= rounds; round++) {
    const checkpoint = startCkpt(['checkpoint', `${running.pid}`], { env });
    await pause(Math.random() * 400);
    checkpoint.kill('SIGINT');
    const { status, signal } = await checkpoint.ended;
    expect([status, signal]).toContain(status === null ? 'SIGINT' : 0);
    expect(checkpoint.stderr).toBe('');
    expect(readdirSync(place)).toEqual(['image']); // at once
    if (readFileSync(image).equals(readFileSync(earlier))) given++;
    else expect(runCkpt(['verify', image])).toMatchObject({ status: 0, stderr: '' });
    await nothingLeft([running.pid]);
    copyFileSync(image, earlier);
    if (round % 20 === 0) console.log(`${round} times interrupted, ${given} given up`);
  }
  await end(begun);
});

test('ckpt run and ckpt restart are killed: nothing is left', patience, async () => {
  const begun = await begin('gone');
  await begun.running.killed();
  const before = readFileSync(begun.image);
  for (let round = 1; round <= rounds; round++) {
    for (const args of [
      ['run', '-o', begun.image, program],
      ['restart', begun.image],
      ['restart', '--pids', 'fresh', begun.image],
    ]) {
      const started = startCkpt(args, { env });
      await pause(Math.random() * 250);
      await started.killed();
      await nothingLeft([]);
    }
    if (round % 20 === 0) console.log(`${round} times killed`);
  }
  expect(readFileSync(begun.image).equals(before)).toBe(true);
  expect(readdirSync(begun.place)).toEqual(['image']);
});
