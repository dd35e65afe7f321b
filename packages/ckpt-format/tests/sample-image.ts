import {
  type Content,
  type ImageModel,
  type Registers,
  regionFlag,
  registerNames,
  type Thread,
} from '../src/index.ts';

const utf8 = new TextEncoder();

export function bytes(text: string): Uint8Array {
  return utf8.encode(text);
}

/** Bytes that differ from place to place, the same in every run. */
export function pattern(size: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
}

export function registers(seed: bigint): Registers {
  return Object.fromEntries(
    registerNames.map((name, i) => [name, (seed << 56n) | BigInt(i)]),
  ) as Registers;
}

export function thread(tid: number): Thread {
  return {
    tid,
    name: bytes(`worker ${tid}`),
    mask: 0xffff_ffff_ffff_fffen,
    altstack: { address: 0x7000_0000n, flags: 0x8000_0000, size: 8192n },
    clearTid: 0x7f00_0000_1000n,
    robust: { address: 0x7f00_0000_2000n, size: 24n },
    rseq: { address: 0x7f00_0000_3000n, size: 32, signature: 0x53053053, flags: 0 },
    call: 35,
    pending: [pattern(128, tid)],
    stopped: false,
    registers: registers(BigInt(tid & 0xff)),
    fpregs: pattern(512, tid),
    xsave: xsave(tid),
  };
}

/** An XSAVE area of AVX-512, with XCR0 where debuggers look for it. */
function xsave(seed: number): Uint8Array {
  const area = pattern(2696, seed);
  new DataView(area.buffer).setBigUint64(464, 0xe7n, true);
  return area;
}

export const addresses = {
  code: 0x40_0000n,
  heap: 0x60_0000n,
  scratch: 0x70_0000n,
  wiped: 0x7f00_0000_0000n,
  named: 0x7f00_0001_0000n,
  vvar: 0x7fff_0000_0000n,
  vdso: 0x7fff_0000_4000n,
  vsyscall: 0xffff_ffff_ff60_0000n,
} as const;

const page = 4096n;

/** A small process with a region of every sort, two threads and all optional keys. */
export const sample: ImageModel = {
  info: {
    id: pattern(16),
    parent: pattern(16, 7),
    time: 1_795_000_000_123_456_789n,
    mono: 12_345_678_901n,
    kernel: bytes('6.18.0'),
    host: bytes('here'),
    xcr0: 0xe7n,
    xinuse: 0x7n,
    cpu: ['fpu', 'sse2', 'avx512f'].map(bytes),
    engine: bytes('0.1.0'),
  },
  process: {
    pid: 4321,
    ppid: 1,
    pgid: 4321,
    sid: 4000,
    uid: 1000,
    gid: 1000,
    comm: bytes('counting-test'),
    exe: bytes('/home/u/counting-test'),
    args: bytes('./counting-test\0a b\0\0'),
    cwd: Uint8Array.of(0x2f, 0xff, 0xfe),
    umask: 0o22,
    personality: 0x40000,
    mm: {
      startCode: addresses.code,
      endCode: addresses.code + page,
      startData: addresses.heap,
      endData: addresses.heap,
      startBrk: addresses.heap,
      brk: addresses.heap + 4n * page,
      startStack: 0x7ffc_0000_0000n,
      argStart: 1n,
      argEnd: 2n,
      envStart: 3n,
      envEnd: 4n,
    },
    limits: Array.from({ length: 16 }, (_, i) => ({ soft: BigInt(i), hard: (1n << 64n) - 1n })),
    nice: -5,
    noNewPrivs: true,
    subreaper: false,
    library: {
      base: 0x6f_0000n,
      leave: 0x6f_0010n,
      leaveLast: 0x6f_0020n,
      scratch: addresses.scratch,
      scratchSize: 8192,
    },
  },
  regions: [
    {
      start: addresses.code,
      end: addresses.code + 2n * page,
      prot: 5,
      shared: false,
      kind: 'file',
      name: bytes('/home/u/counting-test (deleted)'),
      offset: 4096n,
      devMajor: 259,
      devMinor: 1,
      inode: 1n << 63n,
      size: 16384n,
      mtime: 1_700_000_000_000_000_000n,
      flags: 0,
    },
    region(addresses.heap, 4n, 3, 'heap', '[heap]'),
    region(addresses.scratch, 2n, 3, 'anon', ''),
    region(addresses.wiped, 1n, 3, 'anon', '', regionFlag.wipeonfork),
    region(addresses.named, 1024n, 3, 'anon', '[anon:arena\n1]'),
    region(addresses.vvar, 4n, 1, 'vvar', '[vvar]'),
    region(addresses.vdso, 2n, 5, 'vdso', '[vdso]'),
    region(addresses.vsyscall, 1n, 4, 'vsyscall', '[vsyscall]'),
  ],
  threads: [thread(4321), thread(4322)],
  descriptors: [
    descriptor(0, 'terminal', '/dev/pts/0'),
    { ...descriptor(1, 'terminal', '/dev/pts/0'), same: 0 },
    { ...descriptor(7, 'socket', 'socket:[1]'), dropped: true, cloexec: true },
  ],
  signals: {
    actions: [
      {
        signal: 12,
        handler: 0x6f_0030n,
        flags: 0x1400_0004n,
        restorer: 0x6f_0040n,
        mask: ~0n & 0xffn,
      },
      { signal: 13, handler: 1n, flags: 0n, restorer: 0n, mask: 0n },
    ],
    pending: [pattern(128, 3), pattern(128, 4)],
  },
  timers: {
    itimers: [
      { interval: 1000n, value: 999n },
      { interval: 0n, value: 0n },
      { interval: 0n, value: 0n },
    ],
  },
  auxv: [
    { type: 6n, value: 4096n },
    { type: 0n, value: 0n },
  ],
};

/** Its memory: 1 heap page, 300 pages of the named region (more than a chunk), and the vdso. */
export const sampleContents: readonly Content[] = [
  { address: addresses.heap + page, bytes: pattern(4096, 11) },
  { address: addresses.named, bytes: pattern(4096 * 300, 12) },
  { address: addresses.named + 512n * page, bytes: pattern(4096, 13) },
  { address: addresses.vdso, bytes: pattern(8192, 14) },
];

function region(
  start: bigint,
  pages: bigint,
  prot: number,
  kind: ImageModel['regions'][number]['kind'],
  name: string,
  flags = 0,
): ImageModel['regions'][number] {
  return { start, end: start + pages * page, prot, shared: false, kind, name: bytes(name), flags };
}

function descriptor(
  fd: number,
  kind: ImageModel['descriptors'][number]['kind'],
  path: string,
): ImageModel['descriptors'][number] {
  return {
    fd,
    kind,
    path: bytes(path),
    flags: 0o100002,
    cloexec: false,
    offset: 0n,
    mode: 0o20620,
    dev: 24n,
    inode: 3n,
    size: 0n,
    mtime: 0n,
  };
}
