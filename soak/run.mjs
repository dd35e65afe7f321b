// Runs the long forms of tests (list.mjs) one after the other, and prints what came of them at the end:
//   pnpm test:soak                 all
//   pnpm test:soak cycles large    those whose names contain one of the words
//   pnpm test:soak --list          what there is
//   --rounds N                     that many rounds of each; --factor F: F times as many as listed
// The commands are those of CTest, so `c/build` must be built: `pnpm test:soak` does it.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { tests } from './list.mjs';

const ORDINARY_USER = 65534;
const SKIPPED = 77;
const root = join(import.meta.dirname, '..');
const isRoot = process.getuid() === 0;

const { values: options, positionals: words } = parseArgs({
  options: {
    list: { type: 'boolean' },
    rounds: { type: 'string' },
    factor: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});
const jobs = tests.flatMap(jobsOf).filter(isWanted);

if (options.list) {
  for (const job of jobs) console.log(`${job.name}  ${amount(job)}`);
} else if (jobs.length === 0) {
  console.error(`no test matches: ${words.join(' ')}`);
  process.exitCode = 2;
} else {
  await runAll();
}

async function runAll() {
  const commands = commandsOfCtest();
  const began = performance.now();
  const results = [];
  for (const job of jobs) {
    const failed = results.filter((result) => result.failures > 0).length;
    console.log(
      `\n[${results.length + 1} of ${jobs.length}] ${job.name}: ${amount(job)}; ` +
        `${failed} failed so far, ${duration(performance.now() - began)}`,
    );
    results.push(await run(job, commands.get(job.test)));
  }
  printTable(results, performance.now() - began);
  if (results.some((result) => result.failures > 0)) process.exitCode = 1;
}

/** Without root there is one user: whoever runs this. */
function jobsOf([test, listed, who]) {
  const rounds =
    listed === 'whole'
      ? undefined
      : Math.max(1, Math.round(Number(options.rounds ?? listed * Number(options.factor))));
  const users = isRoot ? (who === 'both' ? ['root', 'user'] : [who]) : ['user'];
  return users.map((user) => ({
    name: isRoot ? `${test} (${user})` : test,
    test,
    rounds,
    asUser: isRoot && user === 'user',
  }));
}

function isWanted({ name }) {
  return words.length === 0 || words.some((word) => name.includes(word));
}

function amount({ rounds }) {
  return rounds === undefined ? 'whole size' : `${rounds} rounds`;
}

function commandsOfCtest() {
  const text = execFileSync('ctest', ['--test-dir', join(root, 'c/build'), '--show-only=json-v1'], {
    maxBuffer: 1 << 26,
  });
  return new Map(JSON.parse(text).tests.map((test) => [test.name, test.command]));
}

/** One test to its end: its lines as they come; then what was tried and how it went. */
async function run(job, command) {
  if (command === undefined)
    return { name: job.name, tried: 0, failures: 1, slowest: '', note: 'not in c/build' };
  const folder = mkdtempSync(join(process.env.CKPT_TEST_TMP ?? tmpdir(), 'ckpt-soak-'));
  if (job.asUser) chownSync(folder, ORDINARY_USER, ORDINARY_USER);
  else chmodSync(folder, 0o755);
  const ids = `--reuid=${ORDINARY_USER} --regid=${ORDINARY_USER} --clear-groups`.split(' ');
  const [file, ...args] = job.asUser ? ['setpriv', ...ids, ...command] : command;
  const env = { ...process.env, CKPT_TEST_TMP: folder, CKPT_TEST_KEEP: '1' };
  if (job.rounds === undefined) env.CKPT_WHOLE = '1';
  else env.CKPT_ROUNDS = String(job.rounds);

  const began = performance.now();
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(`could not be started: ${error.message}`));
    child.on('close', (status, signal) => resolve(signal ?? status));
  });
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(`  ${line}`);
    lines.push(line);
  }
  const status = await ended;
  const result = resultOf(job, status, lines, performance.now() - began);
  if (result.failures === 0) rmSync(folder, { recursive: true, force: true });
  return result;
}

/** A test of rounds says "N rounds, N failures, the slowest took N ms" at its end. */
function resultOf({ name, rounds }, status, lines, ms) {
  const text = lines.join('\n');
  const summary = /(\d+) rounds, (\d+) failures, the slowest took (\d+) ms/.exec(text);
  const progress = [...text.matchAll(/^(\d+) of \d+/gm)].at(-1);
  const result = { name, tried: rounds ?? 1, failures: 0, slowest: duration(ms), note: '' };
  if (summary !== null) {
    result.tried = Number(summary[1]);
    result.failures = Number(summary[2]);
    result.slowest = `${summary[3]} ms`;
  }
  if (status === SKIPPED) {
    result.tried = 0;
    result.note = lines.find((line) => line.startsWith('SKIP')) ?? 'skipped';
  } else if (status !== 0) {
    if (summary === null && rounds !== undefined) result.tried = Number(progress?.[1] ?? 0) + 1;
    result.failures = Math.max(1, result.failures);
    result.note = lines.find((line) => line.startsWith('FAIL')) ?? `ended with ${status}`;
  }
  return result;
}

function printTable(results, ms) {
  const width = Math.max(...results.map(({ name }) => name.length));
  console.log(`\n${'test'.padEnd(width)}     tried  failures      longest`);
  for (const { name, tried, failures, slowest, note } of results) {
    const numbers = `${String(tried).padStart(8)}  ${String(failures).padStart(8)}  ${slowest.padStart(11)}`;
    console.log(`${name.padEnd(width)}  ${numbers}  ${note}`.trimEnd());
  }
  const failed = results.filter(({ failures }) => failures > 0).length;
  console.log(`\n${results.length} tests, ${failed} failed, ${duration(ms)}`);
}

function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms / 1000) % 60)} s`;
}
