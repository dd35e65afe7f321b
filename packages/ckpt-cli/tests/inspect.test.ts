import { statSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { compile } from './tools/compile.ts';
import { ckpt } from './tools/paths.ts';
import { runCkpt, runProgram } from './tools/run-ckpt.ts';
import { ckptAside, startCkpt } from './tools/running-program.ts';
import { tempFolder } from './tools/temp-folder.ts';

const folder = tempFolder();
const image = join(folder, 'image');
const program = compile('threads-check', folder);
let pid = 0;
const started = Date.now();

beforeAll(async () => {
  const running = startCkpt(['run', '-o', image, program, '1000'], { cwd: folder });
  pid = running.pid;
  await running.line(/tick 2\n/);
  const saved = await ckptAside(['checkpoint', `${pid}`, '--kill']);
  if (saved.status !== 0) throw new Error(saved.stderr);
});

test('the page says what the image is of', () => {
  const { status, stdout, stderr } = runCkpt(['inspect', image]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^  program  ${program}$`, 'm'));
  expect(stdout).toMatch(new RegExp(`^  command  ${program} 1000$`, 'm'));
  expect(stdout).toMatch(
    new RegExp(`^  saved    \\S+ \\S+ \\S+ on ${hostname()}, Linux ${release()},`, 'm'),
  );
  expect(stdout).toMatch(new RegExp(`^  process  ${pid}, parent ${process.pid}, `, 'm'));
  expect(stdout).toMatch(/^ +\d+ +threads-check +in \w+ +0x[0-9a-f]+ \S+\+0x/m);
  expect(stdout).toMatch(/^ +\d+ +check-6 /m);
  expect(stdout).toMatch(/^ {2}heap +1 /m);
  expect(stdout).toMatch(/^ +1 +socket +read\+write/m);
  expect(stdout).toMatch(/^ {2}caught +.*SIGALRM/m);
});

test('--regions shows each', () => {
  const { stdout } = runCkpt(['inspect', image, '--regions']);
  expect(stdout).toMatch(new RegExp(`^  [0-9a-f]+-[0-9a-f]+ +r-xp .* ${program}$`, 'm'));
  expect(stdout).toMatch(/^ {2}[0-9a-f]+-[0-9a-f]+ +rw-p .* \[stack\]$/m);
});

test('--json has everything', () => {
  const { stdout } = runCkpt(['inspect', image, '--json']);
  const found = JSON.parse(stdout);
  expect(found).toMatchObject({
    file: image,
    size: statSync(image).size,
    image: { version: 1, machine: 'x86_64', host: hostname() },
    process: { pid, args: [program, '1000'], comm: 'threads-check', exe: program, cwd: folder },
  });
  expect(Date.parse(found.image.time)).toBeGreaterThan(started - 1000);
  expect(found.threads).toHaveLength(9);
  expect(found.threads[0].registers.rip).toMatch(/^0x[0-9a-f]+$/);
  const stored = found.regions.reduce(
    (sum: number, region: { stored: number }) => sum + region.stored,
    0,
  );
  expect(stored).toBe(found.image.data.size);
  expect(found.descriptors.map(({ fd }: { fd: number }) => fd).slice(0, 3)).toEqual([0, 1, 2]);
  expect(found.process.limits).toHaveLength(16);
});

test('a reader that goes away is no error', () => {
  const args = ['-c', '"$0" inspect "$1" --json | head -1', ckpt, image];
  expect(runProgram('sh', args)).toEqual({ status: 0, signal: null, stdout: '{\n', stderr: '' });
});
