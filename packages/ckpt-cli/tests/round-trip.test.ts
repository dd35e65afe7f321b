import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from './tools/compile.ts';
import { runCkpt } from './tools/run-ckpt.ts';
import { ckptAside, programAside, startCkpt } from './tools/running-program.ts';
import { tempFolder } from './tools/temp-folder.ts';

// Run, save, kill, restart: what the program printed before and after is what it prints without all that.

const folder = tempFolder();
const resultLine =
  /^\S+: \d+(\.\d)? [KMG]iB, \d+ threads?, paused \d+(\.\d)? ms, \d+(\.\d)? m?s in all\n$/;

/** The two outputs overlap by what was printed after the save, and are the whole together. */
function expectWhole(before: string, after: string, whole: string): void {
  expect(whole.startsWith(before), `before the kill: ${before}`).toBe(true);
  expect(whole.endsWith(after), `after the restart: ${after}`).toBe(true);
  expect(before.length + after.length).toBeGreaterThanOrEqual(whole.length);
  expect(after).not.toBe(whole);
}

interface Journey {
  readonly command: readonly string[];
  /** It is saved when this is printed, and killed when `later` is. */
  readonly first: RegExp;
  readonly later: RegExp;
}

const python = `
import hashlib
value = b"ckpt"
for number in range(40):
    for _ in range(60000):
        value = hashlib.sha256(value).digest()
    print(number, value.hex(), flush=True)
print("PASS", flush=True)
`;
const perl = `
$| = 1;
my $value = 1;
my %seen;
for my $number (0 .. 39) {
    for (1 .. 200000) { $value = ($value * 1103515245 + 12345) % 2147483648; }
    $seen{$value} = $number;
    print "$number $value ", scalar(keys %seen), "\\n";
}
print "PASS\\n";
`;
writeFileSync(join(folder, 'compute.py'), python);
writeFileSync(join(folder, 'compute.pl'), perl);

const journeys: readonly (readonly [string, Journey])[] = [
  [
    'counting-test',
    {
      command: [compile('counting-test', folder), '4'],
      first: /number is: 5\n/,
      later: /number is: 6\n/,
    },
  ],
  [
    'primes-test',
    {
      command: [compile('primes-test', folder), '18446744073709551533'],
      first: /1533 probably prime\? (Yes|No)\n/,
      later: /1537 probably prime/,
    },
  ],
  [
    'a python3 script',
    { command: ['python3', join(folder, 'compute.py')], first: /^4 /m, later: /^9 /m },
  ],
  [
    'a perl script',
    { command: ['perl', join(folder, 'compute.pl')], first: /^4 /m, later: /^9 /m },
  ],
];

test.concurrent.each(journeys)(
  '%s goes on after kill -9',
  async (name, { command, first, later }) => {
    const [file = '', ...args] = command;
    const image = join(folder, `${name}.ckpt`);
    const whole = programAside(file, args);
    const program = startCkpt(['run', '-o', image, ...command]);
    await program.line(first);
    const saved = await ckptAside(['checkpoint', `${program.pid}`]);
    expect(saved).toMatchObject({ status: 0, stderr: '' });
    expect(saved.stdout.replace(image, 'IMAGE')).toMatch(resultLine);
    await program.line(later);
    expect(await program.killed()).toEqual({ status: null, signal: 'SIGKILL' });

    const again = startCkpt(['restart', image]);
    expect(await again.ended, again.stderr).toEqual({ status: 0, signal: null });
    expectWhole(program.stdout, again.stdout, (await whole).stdout);
  },
);

test('eight threads, vector registers, timers: they check themselves', async () => {
  const image = join(folder, 'threads.ckpt');
  const program = startCkpt(['run', '-o', image, compile('threads-check', folder), '60']);
  await program.line(/tick 10\n/);
  const saved = await ckptAside(['checkpoint', `${program.pid}`]);
  expect(saved).toMatchObject({ status: 0, stderr: '' });
  expect(saved.stdout).toMatch(/, 9 threads, paused /);
  const ticks = program.stdout.split('\n').length;
  await program.killed();
  const firstLines = new Set<string | undefined>();
  for (const hop of [1, 2]) {
    const { stdout, stderr, ...ending } = await ckptAside(['restart', image]);
    expect(ending, `${hop}: ${stdout}${stderr}`).toEqual({ status: 0, signal: null });
    expect(stdout).toMatch(/^tick \d+\n/);
    expect(Number.parseInt(stdout.slice(5), 10)).toBeLessThanOrEqual(ticks);
    expect(stdout).toMatch(/tick 60\nPASS\n$/);
    firstLines.add(stdout.split('\n')[0]);
  }
  expect(firstLines.size).toBe(1);
});

test('--kill ends the program once it is saved; --json says what was done', async () => {
  const image = join(folder, 'killed.ckpt');
  const program = startCkpt(['run', '-o', join(folder, 'other'), compile('counting-test', folder)]);
  await program.line(/number is: 1\n/);
  const saved = runCkpt(['checkpoint', `${program.pid}`, '-o', image, '--kill', '--json']);
  expect(saved).toMatchObject({ status: 0, stderr: '' });
  const facts = JSON.parse(saved.stdout);
  expect(facts).toMatchObject({ pid: program.pid, image, threads: 1, size: statSync(image).size });
  expect(facts.pauseNs).toBeGreaterThan(0);
  expect(facts.elapsedMs).toBeGreaterThanOrEqual(facts.pauseNs / 1e6);
  expect(await program.ended).toEqual({ status: null, signal: 'SIGKILL' });
  expect(existsSync(join(folder, 'other'))).toBe(false);
});

test('the default file is mycheckpoint in the folder where the program was started', async () => {
  const program = startCkpt(['run', 'sh', '-c', 'cd /; echo ready; exec sleep 60'], {
    cwd: folder,
  });
  await program.line(/ready/);
  await expect.poll(() => readFileSync(`/proc/${program.pid}/comm`, 'utf8')).toBe('sleep\n');
  const saved = runCkpt(['checkpoint', `${program.pid}`], { cwd: folder });
  expect(saved).toMatchObject({ status: 0, stderr: '' });
  expect(saved.stdout).toMatch(/^mycheckpoint: /);
  expect(existsSync(join(folder, 'mycheckpoint'))).toBe(true);
});

test('the exit status and the death of a restarted program are its own', async () => {
  const image = join(folder, 'status.ckpt');
  const wait = 'use POSIX; $| = 1; print "ready\\n"; my $word = <STDIN>; print "got $word"; ';
  const program = startCkpt([
    'run',
    '-o',
    image,
    'perl',
    '-e',
    `${wait} if ($word eq "die\\n") { kill 15, $$ } exit 9`,
  ]);
  await program.line(/ready/);
  expect(runCkpt(['checkpoint', `${program.pid}`, '--kill'])).toMatchObject({
    status: 0,
    stderr: '',
  });
  await program.ended;
  for (const word of ['die', 'exit']) {
    const again = startCkpt(['restart', image]);
    again.write(`${word}\n`);
    const ending =
      word === 'die' ? { status: null, signal: 'SIGTERM' } : { status: 9, signal: null };
    expect(await again.ended, again.stderr).toEqual(ending);
    expect(again.stdout).toBe(`got ${word}\n`);
  }
});

test('a program is saved by itself at an interval', async () => {
  const image = join(folder, 'interval.ckpt');
  const program = startCkpt([
    'run',
    '--interval',
    '1s',
    '-o',
    image,
    compile('counting-test', folder),
  ]);
  await expect.poll(() => existsSync(image), { timeout: 20_000 }).toBe(true);
  await program.killed();
  expect(runCkpt(['verify', image])).toMatchObject({ status: 0, stderr: '' });
});
