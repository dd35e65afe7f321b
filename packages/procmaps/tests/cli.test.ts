import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readMaps } from '../src/index.ts';
import { type OddMappings, startOddMappings } from './odd-mappings.ts';

const program = fileURLToPath(new URL('../bin/procmaps.js', import.meta.url));
let target: OddMappings;

beforeAll(async () => {
  target = await startOddMappings();
});

afterAll(() => target?.stop());

function procmaps(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('a table, one line a region', async () => {
  const { status, stdout, stderr } = procmaps(String(target.pid));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [head, ...lines] = stdout.trimEnd().split('\n');
  expect(head?.trim()).toMatch(/^START +END +PERM +KIB +KIND +NAME$/);
  const regions = await readMaps(target.pid);
  expect(lines).toHaveLength(regions.length);
  for (const [index, region] of regions.entries()) {
    const cells = lines[index]?.trim().split(/ +/);
    expect(cells?.[0]).toBe(region.start.toString(16));
    expect(cells?.[4]).toBe(region.kind);
  }
});

test('a name cannot command the terminal', () => {
  const { stdout } = procmaps(String(target.pid));
  expect(stdout).toContain('bytes \\377\\303');
  expect(stdout).toContain('new\\012line');
});

test('--smaps and --rollup', () => {
  expect(procmaps('--smaps', String(target.pid)).stdout).toMatch(/ RSS +PSS +DIRTY +SWAP /);
  expect(procmaps('-r', String(target.pid)).stdout).toMatch(/^ *KIB +SUM\n *\d+ +Rss\n/);
});

test('--json has every region', async () => {
  const regions = JSON.parse(procmaps('--json', '--smaps', String(target.pid)).stdout);
  const maps = await readMaps(target.pid);
  expect(regions.map(({ start }: { start: string }) => BigInt(start))).toEqual(
    maps.map(({ start }) => start),
  );
  expect(regions).toContainEqual(
    expect.objectContaining({
      kind: 'memfd',
      label: 'a memfd',
      permissions: 'rw-s',
      sizes: expect.objectContaining({ Size: 16384, Rss: 8192 }),
    }),
  );
});

test('--help fits a screen', () => {
  const { status, stdout } = procmaps('--help');
  expect(status).toBe(0);
  expect(stdout.split('\n').length).toBeLessThan(25);
});

test.each([
  [[], 'a process id is missing'],
  [['1', '2'], 'one process id is enough: 2'],
  [['cat'], 'not a process id: "cat"'],
  [['0'], 'not a process id: "0"'],
  [['--frobnicate', '1'], "Unknown option '--frobnicate'"],
  [['--smaps', '--rollup', '1'], '--smaps and --rollup are two different views: choose one'],
])('usage: %j', (args, message) => {
  expect(procmaps(...args)).toEqual({
    status: 2,
    stdout: '',
    stderr: `procmaps: ${message}\nTry: procmaps --help\n`,
  });
});

test('no such process is one line, exit 1', () => {
  expect(procmaps('2147483648')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'procmaps: there is no process 2147483648\n',
  });
});

test('a reader that goes away is no error', async () => {
  const child = spawn(process.execPath, [program, '--json', '--smaps', String(process.pid)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  const [status] = await once(child, 'close');
  expect(status).toBe(0);
  expect(child.stderr.read()).toBeNull();
});
