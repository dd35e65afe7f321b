import fc from 'fast-check';
import {
  type Content,
  type Descriptor,
  type ImageModel,
  type Region,
  registerNames,
  type Thread,
} from '../src/index.ts';

const page = 4096n;
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const safe = fc.maxSafeNat();
const text = fc.uint8Array({ maxLength: 40 });
/** As the kernel's names and paths are. */
const path = fc.uint8Array({ min: 1, maxLength: 40 });
const siginfos = fc.array(fc.uint8Array({ minLength: 128, maxLength: 128 }), { maxLength: 2 });
const id = fc.uint8Array({ minLength: 16, maxLength: 16 });

/** A record of which these keys may be missing. */
function record<T, K extends keyof T>(
  model: { [P in keyof T]: fc.Arbitrary<T[P]> },
  missing: readonly K[],
): fc.Arbitrary<Omit<T, K> & { [P in K]?: T[P] }> {
  const requiredKeys = (Object.keys(model) as (keyof T)[]).filter(
    (key) => !(missing as readonly (keyof T)[]).includes(key),
  );
  return fc.record(model, { requiredKeys, noNullPrototype: true }) as never;
}

const info = record(
  {
    id,
    parent: id,
    time: u64,
    mono: u64,
    kernel: text,
    host: text,
    xcr0: u64,
    xinuse: u64,
    cpu: fc.array(text, { maxLength: 5 }),
    engine: text,
  },
  ['parent'],
);

const mm = record(
  {
    startCode: u64,
    endCode: u64,
    startData: u64,
    endData: u64,
    startBrk: u64,
    brk: u64,
    startStack: u64,
    argStart: u64,
    argEnd: u64,
    envStart: u64,
    envEnd: u64,
  },
  [],
);

const process = record(
  {
    pid: fc.integer({ min: 1, max: 0x7fff_ffff }),
    ppid: u32,
    pgid: u32,
    sid: u32,
    uid: u32,
    gid: u32,
    comm: text,
    exe: path,
    args: text,
    cwd: path,
    umask: u32,
    personality: u32,
    mm,
    limits: fc.array(record({ soft: u64, hard: u64 }, []), { minLength: 16, maxLength: 16 }),
    nice: fc.integer({ min: -20, max: 19 }),
    noNewPrivs: fc.boolean(),
    subreaper: fc.boolean(),
    library: record({ base: u64, leave: u64, leaveLast: u64, scratch: u64, scratchSize: safe }, []),
  },
  ['nice', 'noNewPrivs', 'subreaper', 'library'],
);

const kinds = ['anon', 'heap', 'stack', 'file', 'vdso', 'vvar', 'vsyscall', 'special'] as const;

/** A region of 1 to 5 pages, after a gap of 0 to 3; and for each page whether its bytes are stored. */
const regionShape = fc.record({
  gap: fc.bigInt({ min: 0n, max: 3n }),
  stored: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  facts: record(
    {
      prot: fc.integer({ min: 0, max: 7 }),
      shared: fc.boolean(),
      kind: fc.constantFrom(...kinds),
      name: path,
      offset: fc.bigInt({ min: 0n, max: (1n << 52n) - 1n }).map((at) => at * page),
      devMajor: u32,
      devMinor: u32,
      inode: u64,
      size: u64,
      mtime: u64,
      flags: u32,
    },
    ['offset', 'devMajor', 'devMinor', 'inode', 'size', 'mtime'],
  ),
});

const memory = fc
  .tuple(
    fc.bigInt({ min: 1n, max: 1n << 35n }),
    fc.array(regionShape, { minLength: 1, maxLength: 6 }),
  )
  .map(([first, shapes]) => {
    const regions: Region[] = [];
    const contents: Content[] = [];
    let at = first * page;
    for (const { gap, stored, facts } of shapes) {
      const start = at + gap * page;
      at = start + BigInt(stored.length) * page;
      regions.push({ ...facts, start, end: at });
      stored.forEach((there, i) => {
        if (!there || facts.kind === 'vsyscall') return;
        const bytes = new Uint8Array(4096).fill(contents.length + 1);
        contents.push({ address: start + BigInt(i) * page, bytes });
      });
    }
    return { regions, contents };
  });

const registers = fc.record(Object.fromEntries(registerNames.map((name) => [name, u64])), {
  noNullPrototype: true,
}) as unknown as fc.Arbitrary<Thread['registers']>;

const thread: fc.Arbitrary<Thread> = record(
  {
    tid: fc.integer({ min: 1, max: 0x7fff_ffff }),
    name: path,
    mask: u64,
    altstack: record({ address: u64, flags: u32, size: u64 }, []),
    clearTid: u64,
    robust: record({ address: u64, size: u64 }, []),
    rseq: record({ address: u64, size: u32, signature: u32, flags: u32 }, []),
    call: u32,
    pending: siginfos,
    stopped: fc.boolean(),
    registers,
    fpregs: fc.uint8Array({ minLength: 512, maxLength: 512 }),
    xsave: fc.uint8Array({ minLength: 576, maxLength: 900 }),
  },
  ['rseq', 'call', 'stopped'],
);

const descriptor = record(
  {
    kind: fc.constantFrom('file', 'directory', 'device', 'terminal', 'pipe', 'socket', 'other'),
    path,
    flags: u32,
    cloexec: fc.boolean(),
    offset: u64,
    mode: u32,
    dev: u64,
    inode: u64,
    size: u64,
    mtime: u64,
    dropped: fc.boolean(),
  },
  ['dropped'],
);

const descriptors = fc
  .array(fc.tuple(fc.nat(9), fc.boolean(), descriptor), { maxLength: 5 })
  .map((shapes) => {
    let fd = -1;
    return shapes.map(([gap, same, facts]) => {
      fd += 1 + gap;
      const shared = same && fd > 0 ? { same: fd - 1 } : {};
      return { ...facts, ...shared, fd } as Descriptor;
    });
  });

const action = record(
  { signal: fc.integer({ min: 1, max: 64 }), handler: u64, flags: u64, restorer: u64, mask: u64 },
  [],
);
const timer = record({ interval: u64, value: u64 }, []);

/** Any image that the format allows, small. */
export const anyImage: fc.Arbitrary<{ model: ImageModel; contents: readonly Content[] }> = fc
  .record({
    info,
    process,
    memory,
    threads: fc.array(thread, { minLength: 1, maxLength: 3 }),
    descriptors,
    signals: record({ actions: fc.array(action, { maxLength: 4 }), pending: siginfos }, []),
    timers: record({ itimers: fc.array(timer, { minLength: 3, maxLength: 3 }) }, []),
    auxv: fc.array(record({ type: u64, value: u64 }, []), { maxLength: 4 }),
  })
  .map(({ memory: { regions, contents }, ...rest }) => ({
    model: { ...rest, regions },
    contents,
  }));
