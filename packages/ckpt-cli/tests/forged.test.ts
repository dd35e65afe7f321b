import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Content,
  encodeImage,
  fromBytes,
  type ImageModel,
  openImage,
  type Region,
  type Thread,
} from '@ckpt/format';
import { beforeAll, describe, expect, test } from 'vitest';
import { restarter } from './tools/paths.ts';
import { type Outcome, runProgram } from './tools/run-ckpt.ts';
import { tempFolder } from './tools/temp-folder.ts';
import { saveTiny } from './tools/tiny-image.ts';

// Images whose checksums are right and that no ckpt has written: each is refused in one line, or at worst the program that comes
// back dies before its first word. Nothing hangs.

const folder = tempFolder();
const image = join(folder, 'good.ckpt');
const pipe = join(folder, 'pipe');
let model: ImageModel;
let contents: readonly Content[];

beforeAll(async () => {
  await saveTiny(folder, image);
  runProgram('mkfifo', [pipe]);
  const opened = await openImage(fromBytes(new Uint8Array(readFileSync(image))));
  const { info, process, regions, threads, descriptors, signals, timers, auxv } = opened;
  model = { info, process, regions, threads, descriptors, signals, timers, auxv };
  contents = await Promise.all(
    [...opened.segments()]
      .filter(({ stored }) => stored > 0)
      .map(async ({ start, stored }) => ({
        address: start,
        bytes: await opened.memory.read(start, stored),
      })),
  );
});

/** Restarts what was made of the image; nothing else may have happened. */
function restartForged(altered: ImageModel, data: readonly Content[] = contents): Outcome {
  const path = join(folder, 'forged.ckpt');
  writeFileSync(path, encodeImage(altered, data), { mode: 0o600 });
  const before = listing();
  const outcome = runProgram(restarter, ['--pids', 'fresh', path], {
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  expect(listing()).toEqual(before);
  return outcome;
}

function listing(): string[] {
  return readdirSync(folder).map((name) => {
    const { size, mtimeMs } = statSync(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
}

function expectRefused({ status, stdout, stderr }: Outcome, words: RegExp): void {
  expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
  expect(stderr).toMatch(/^ckpt: .*forged\.ckpt: [^\n]+\n$/);
  expect(stderr).toMatch(words);
}

const userEnd = 0x7fff_ffff_f000n;
const page = 4096n;

function empty(start: bigint, end: bigint, more: Partial<Region> = {}): Region {
  const name = new Uint8Array(0);
  return { start, end, prot: 0, shared: false, kind: 'anon', name, flags: 1, ...more };
}

const withRegions = (...more: Region[]): ImageModel => ({
  ...model,
  regions: [...model.regions, ...more].sort((a, b) => (a.start < b.start ? -1 : 1)),
});
const withLibrary = (change: object): ImageModel => ({
  ...model,
  process: { ...model.process, library: { ...library(), ...change } },
});
const library = () => model.process.library as NonNullable<ImageModel['process']['library']>;
const withProcess = (change: object): ImageModel => ({
  ...model,
  process: { ...model.process, ...change },
});
const withThread = (change: (thread: Thread) => Partial<Thread>): ImageModel => ({
  ...model,
  threads: model.threads.map((thread) => ({ ...thread, ...change(thread) })),
});
const withDescriptor = (change: object): ImageModel => ({
  ...model,
  descriptors: [
    ...model.descriptors,
    {
      ...(model.descriptors[0] as ImageModel['descriptors'][number]),
      fd: 9,
      kind: 'file',
      path: Buffer.from(join(folder, 'good.ckpt')),
      flags: 0,
      ...change,
    },
  ],
});
const regionOf = (kind: Region['kind']) =>
  model.regions.find((region) => region.kind === kind) as Region;
/** No memory of the program's lies there. */
const free = () => (model.regions.at(0) as Region).start - 0x1000_0000n;

test('made again without a change, it runs on', () => {
  const { stdout, status } = restartForged(model);
  expect(stdout).toMatch(/^tick\n/);
  expect(status).toBe(7);
});

const refused: readonly (readonly [string, () => ImageModel, RegExp])[] = [
  ['scratch memory where none is', () => withLibrary({ scratch: free() }), /scratch memory/],
  ['scratch memory at 0', () => withLibrary({ scratch: 0n }), /scratch memory/],
  [
    'scratch memory that is not aligned',
    () => withLibrary({ scratch: library().scratch + 8n }),
    /scratch/,
  ],
  [
    'scratch memory in code',
    () => withLibrary({ scratch: library().leave & -4096n }),
    /scratch memory/,
  ],
  ['scratch memory without an end', () => withLibrary({ scratchSize: 2 ** 52 }), /scratch memory/],
  [
    'too little scratch memory',
    () => withLibrary({ scratchSize: 64 }),
    /more than can be restarted/,
  ],
  ['a way out at 0', () => withLibrary({ leave: 0n }), /without libckpt/],
  [
    'a way out in the stack',
    () => withLibrary({ leave: regionOf('stack').start }),
    /libckpt's code/,
  ],
  ['a last way out at 1', () => withLibrary({ leaveLast: 1n }), /libckpt's code/],
  [
    'memory of the kernel',
    () => withRegions(empty(userEnd, userEnd + page)),
    /above what a process/,
  ],
  [
    'memory at the end of all addresses',
    () => withRegions(empty((1n << 64n) - 2n * page, (1n << 64n) - page)),
    /above what a process/,
  ],
  ['memory everywhere', () => withRegions(...gaps()), /no place|can't be put|cannot allocate/],
  ['a second vdso', () => withRegions(empty(free(), free() + page, { kind: 'vdso' })), /vdso/],
  [
    'registers of an unknown CPU',
    () => ({ ...model, info: { ...model.info, xinuse: 1n << 62n } }),
    /register set/,
  ],
  [
    '32-bit code',
    () => withThread(({ registers }) => ({ registers: { ...registers, cs: 0x23n } })),
    /32-bit/,
  ],
  [
    'a restartable sequence nowhere',
    () => withThread(() => ({ rseq: { address: 32n, size: 7, signature: 1, flags: 9 } })),
    /rseq/,
  ],
  [
    'a heap that ends before it begins',
    () => withProcess({ mm: { ...model.process.mm, startBrk: 1n << 60n } }),
    /heap/,
  ],
  ['descriptor 2^29', () => withDescriptor({ fd: 2 ** 29 }), /descriptor 536870912/],
  [
    'the copy of a descriptor that is not there',
    () => withDescriptor({ kind: 'pipe', same: 8 }),
    /not in the image/,
  ],
  [
    'a pipe for a file',
    () => withDescriptor({ path: Buffer.from(pipe), mode: 0o10600 }),
    /another kind/,
  ],
  [
    'a pipe for a file, to write',
    () => withDescriptor({ path: Buffer.from(pipe), flags: 1 }),
    /pipe/,
  ],
  [
    'a pipe for a terminal',
    () => withDescriptor({ kind: 'terminal', path: Buffer.from(pipe) }),
    /can't be restored/,
  ],
  ['a folder for a file', () => withDescriptor({ path: Buffer.from(folder) }), /another kind/],
  [
    'a file without a name, to be made',
    () => withDescriptor({ path: Buffer.from(folder), flags: 0o20200002, mode: 0o100600 }),
    /directory|kind/,
  ],
  [
    'a device that acts when it is opened',
    () => withDescriptor({ kind: 'device', path: Buffer.from('/dev/watchdog') }),
    /can't be restored/,
  ],
  [
    'a working folder that is a pipe',
    () => withProcess({ cwd: Buffer.from(pipe) }),
    /not a directory|permission denied/,
  ],
  [
    'a working folder with a name for a terminal',
    () => withProcess({ cwd: Buffer.from('/\x1b[2J\n') }),
    /\/\?\[2J\?/,
  ],
  [
    'a pipe in shared memory',
    () =>
      withRegions(
        empty(free(), free() + page, {
          kind: 'file',
          shared: true,
          prot: 1,
          name: Buffer.from(pipe),
        }),
      ),
    /is no file now/,
  ],
  [
    'a pipe in private memory',
    () =>
      withRegions(empty(free(), free() + page, { kind: 'file', prot: 1, name: Buffer.from(pipe) })),
    /no regular file/,
  ],
  [
    "memory of the restarter's own image, to write",
    () =>
      withRegions(
        empty(free(), free() + page, {
          kind: 'file',
          shared: true,
          prot: 3,
          name: Buffer.from('/proc/self/mem'),
        }),
      ),
    /forged/,
  ],
];

/** Everything that the program does not have. */
function gaps(): Region[] {
  const found: Region[] = [];
  let at = 0x10000n;
  for (const { start, end } of model.regions) {
    if (start > userEnd) break;
    if (start > at) found.push(empty(at, start));
    at = end;
  }
  return at < userEnd ? [...found, empty(at, userEnd)] : found;
}

describe('is refused, in one line', () => {
  test.each(refused)('%s', (_, alter, words) => {
    expectRefused(restartForged(alter()), words);
  });
});

const deadly: readonly (readonly [string, () => ImageModel])[] = [
  [
    'an instruction pointer nowhere',
    () =>
      withThread(({ registers }) => ({
        registers: { ...registers, rip: 8n, orig_rax: ~0n & ((1n << 64n) - 1n) },
      })),
  ],
  [
    'no address at all in every register',
    () =>
      withThread(({ registers }) => ({
        registers: Object.fromEntries(
          Object.entries(registers).map(([name, value]) => [
            name,
            name === 'cs' ? value : 1n << 63n,
          ]),
        ) as unknown as Thread['registers'],
      })),
  ],
  [
    'floating point state of ones',
    () =>
      withThread(({ xsave }) => ({
        xsave: xsave.map((byte, i) => (i >= 24 && i < 28 ? 255 : byte)),
      })),
  ],
];

test.each(deadly)('dies before its first word: %s', (_, alter) => {
  const { status, signal, stdout } = restartForged(alter());
  expect(stdout).toBe('');
  expect(status === 125 || signal === 'SIGSEGV' || signal === 'SIGILL' || signal === 'SIGBUS').toBe(
    true,
  );
});

test('a vdso that is no code is refused', () => {
  const { start, end } = regionOf('vdso');
  const data = contents.map(({ address, bytes }) =>
    address >= start && address < end
      ? { address, bytes: bytes.map((byte) => byte ^ 0x5a) }
      : { address, bytes },
  );
  expectRefused(restartForged(model, data), /vdso/);
});
