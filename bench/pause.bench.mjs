// What a checkpoint and a restart cost: the pause that the program itself measures, the time to a whole image, and from the restart to
// the first tick; 1 GiB of random touched memory (CKPT_BENCH_MIB), 0 and 4 threads. In the same run, for comparison, a plain
// write and read of as many bytes. Medians of CKPT_BENCH_RUNS (5) after one warm-up.
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = Number(process.env.CKPT_BENCH_MIB ?? 1024);
const RUNS = Number(process.env.CKPT_BENCH_RUNS ?? 5);
const root = new URL('..', import.meta.url).pathname;
const release = join(root, 'packages/ckpt-native/build/Release');
const library = join(release, 'libckpt.so');
const restarter = join(release, 'ckpt-restart');
const checkpointer = join(release, 'ckpt-checkpoint');
const folder = mkdtempSync(join(tmpdir(), 'ckpt-bench-'));
const image = join(folder, 'image');
const program = join(folder, 'ticker');

try {
  execFileSync('cc', ['-O2', '-pthread', '-o', program, join(root, 'bench/programs/ticker.c')]);
  console.log(`${MIB} MiB of random memory, medians of ${RUNS} (min–max), ms`);
  for (const threads of [0, 4]) await measure(threads);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(threads) {
  const rows = { pause: [], image: [], 'plain write': [], restart: [], 'plain read': [] };
  const out = join(folder, 'out');
  for (let run = 0; run <= RUNS; run++) {
    rmSync(out, { force: true });
    let child = start(program, [String(MIB), String(threads)], out, {
      LD_PRELOAD: library,
      CKPT_IMAGE: image,
    });
    await until(() => text(out).includes('ready'));
    await rest(300);
    const before = text(out).length;
    const began = performance.now();
    execFileSync(checkpointer, ['-o', image, String(child.pid)], { stdio: 'ignore' });
    const whole = performance.now() - began;
    await rest(50);
    const gaps = [
      ...text(out)
        .slice(before)
        .matchAll(/gap ([\d.]+)/g),
    ].map((m) => Number(m[1]));
    await kill(child);
    const size = statSync(image).size;
    const plainWrite = plain(size);
    const read = plainRead();
    const at = text(out).length;
    const restarted = Date.now();
    child = start(restarter, ['--pids', 'fresh', image], undefined, {});
    await until(() => text(out).slice(at).includes('tick '));
    const tick = Number(/tick ([\d.]+)/.exec(text(out).slice(at))[1]);
    await kill(child);
    if (run === 0) continue;
    rows.pause.push(Math.max(0, ...gaps));
    rows.image.push(whole);
    rows['plain write'].push(plainWrite);
    rows.restart.push(tick - restarted);
    rows['plain read'].push(read);
  }
  for (const [name, values] of Object.entries(rows)) {
    values.sort((a, b) => a - b);
    const median = values[Math.floor(values.length / 2)];
    const range = `${values[0].toFixed(1)}–${values.at(-1).toFixed(1)}`;
    console.log(
      `${String(threads).padStart(2)} threads  ${name.padEnd(12)} ${median.toFixed(1).padStart(8)}  (${range})`,
    );
  }
}

function start(file, args, out, env) {
  const fd =
    out === undefined
      ? 'ignore'
      : openSync(out, 'a') /* after the restart, too, every line lands at the end */;
  const child = spawn(file, args, {
    stdio: ['ignore', fd, fd],
    env: { PATH: process.env.PATH, ...env },
  });
  child.ended = new Promise((resolve) => child.on('exit', resolve));
  if (typeof fd === 'number') closeSync(fd);
  return child;
}

async function kill(child) {
  child.kill('SIGKILL');
  await child.ended;
}

/** Writes as many bytes as the image has to a new file and syncs it; ms. */
function plain(size) {
  const chunk = readFileSync(program).subarray(0, 4096);
  const block = Buffer.alloc(1 << 20, chunk);
  const began = performance.now();
  const fd = openSync(join(folder, 'plain'), 'w');
  for (let left = size; left > 0; left -= block.length)
    writeSync(fd, block, 0, Math.min(left, block.length));
  fsyncSync(fd);
  closeSync(fd);
  return performance.now() - began;
}

function plainRead() {
  const block = Buffer.alloc(1 << 20);
  const began = performance.now();
  const fd = openSync(image, 'r');
  while (readSync(fd, block, 0, block.length, null) > 0);
  closeSync(fd);
  return performance.now() - began;
}

function text(file) {
  return readFileSync(file, 'utf8');
}

function rest(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(condition, seconds = 60) {
  const end = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('waited in vain');
    await rest(2);
  }
}
