import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ProcmapsError, readMaps, readSmaps, readSmapsRollup } from '../src/index.ts';

const readers = { readMaps, readSmaps, readSmapsRollup };

test.each(Object.entries(readers))('%s: its own process, and by a thread', async (_, read) => {
  expect(await read('self')).toBeDefined();
  expect(await read(process.pid, { tid: process.pid })).toBeDefined();
});

test.each(Object.entries(readers))('%s: no such process', async (_, read) => {
  await expect(read(2 ** 31)).rejects.toMatchObject({
    code: 'NO_PROCESS',
    message: 'there is no process 2147483648',
  });
  await expect(read(process.pid, { tid: 2 ** 31 })).rejects.toMatchObject({
    code: 'NO_PROCESS',
    message: `there is no thread 2147483648 of process ${process.pid}`,
  });
});

test.each([0, -1, 1.5, Number.NaN])('%s is no process id', async (pid) => {
  for (const read of Object.values(readers)) {
    await expect(read(pid)).rejects.toBeInstanceOf(ProcmapsError);
    await expect(read(pid)).rejects.toMatchObject({ code: 'BAD_PID' });
  }
});

test('a file that the kernel does not have is told from a process that is not there', async () => {
  const proc = mkdtempSync(join(process.env['CKPT_TEST_TMP'] ?? tmpdir(), 'procmaps-'));
  try {
    mkdirSync(join(proc, '1'));
    writeFileSync(join(proc, '1', 'maps'), '1000-2000 rw-p 00000000 00:00 0 \n');
    expect(await readMaps(1, { proc })).toMatchObject([{ start: 0x1000n, end: 0x2000n }]);
    await expect(readSmaps(1, { proc })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      path: `${proc}/1/smaps`,
    });
    await expect(readSmaps(2, { proc })).rejects.toMatchObject({ code: 'NO_PROCESS' });
  } finally {
    rmSync(proc, { recursive: true });
  }
});

test.runIf(process.getuid?.() !== 0)("another user's process", async () => {
  const theirs = readdirSync('/proc').find((name) => /^\d+$/.test(name) && uid(name) === 0);
  await expect(readMaps(Number(theirs))).rejects.toMatchObject({ code: 'NO_PERMISSION' });
});

test('a zombie has no memory', async () => {
  // The child outlives the shell, which becomes a program that never waits for it.
  const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const zombie = Number(String((await once(parent.stdout, 'data'))[0]));
    while (!/^State:\tZ/m.test(readFileSync(`/proc/${zombie}/status`, 'utf8'))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await readMaps(zombie)).toEqual([]);
    expect(await readSmaps(zombie)).toEqual([]);
    expect(await readSmapsRollup(zombie)).toBeUndefined();
  } finally {
    parent.kill();
  }
});

function uid(pid: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^Uid:\t(\d+)/m.exec(status)?.[1]);
}
