// How fast an image is opened and verified, apart from the disk. Build first: node bench/format.mjs
import { crc32c, encodeImage, fromBytes, openImage } from '../dist/index.js';

const MIB = 2 ** 20;
const page = 4096n;
const noise = new Uint8Array(256 * MIB);
for (let i = 0; i < noise.length; i++) noise[i] = Math.imul(i, 2654435761) >>> 13;

const table = Int32Array.from({ length: 256 }, (_, i) => {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
function byteByByte(bytes) {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}

const rate = (milliseconds) => `${(noise.length / milliseconds / 1e6).toFixed(2)} GB/s`;
const sums = [
  await time('crc32c, a byte at a time', () => byteByByte(noise), rate),
  await time('crc32c', () => crc32c(noise), rate),
];
if (sums[0] !== sums[1]) throw new Error('the checksums differ');

const large = await openImage(
  fromBytes(
    encodeImage(model([[0x1000_0000n, 65536n]]), [{ address: 0x1000_0000n, bytes: noise }]),
  ),
);
await time('verify', () => large.verify(), rate);

const spread = Array.from({ length: 65_000 }, (_, i) => [0x1000_0000n + BigInt(i) * 2n * page, 1n]);
const many = encodeImage(model(spread), []);
await time(
  'open 65,000 regions',
  () => openImage(fromBytes(many)),
  (ms) => `${ms.toFixed(0)} ms`,
);

/** Median of 7 after 2 to warm up. */
async function time(name, work, show) {
  const times = [];
  let result;
  for (let run = 0; run < 9; run++) {
    const start = performance.now();
    result = await work();
    if (run >= 2) times.push(performance.now() - start);
  }
  console.log(name.padEnd(28), show(times.sort((a, b) => a - b)[3]));
  return result;
}

/** The least process that has these regions: [start, pages]. */
function model(shapes) {
  const none = new Uint8Array(0);
  const zero = { soft: 0n, hard: 0n };
  const mm =
    'startCode endCode startData endData startBrk brk startStack argStart argEnd envStart envEnd';
  const names =
    'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs';
  const zeros = (text) => Object.fromEntries(text.split(' ').map((name) => [name, 0n]));
  const ids = { pid: 1, ppid: 0, pgid: 1, sid: 1, uid: 0, gid: 0, umask: 0, personality: 0 };
  const thread = {
    tid: 1,
    name: none,
    mask: 0n,
    altstack: { address: 0n, flags: 0, size: 0n },
    clearTid: 0n,
    robust: { address: 0n, size: 0n },
    pending: [],
    registers: zeros(names),
    fpregs: new Uint8Array(512),
    xsave: new Uint8Array(2696),
  };
  return {
    info: {
      id: new Uint8Array(16),
      time: 0n,
      mono: 0n,
      kernel: none,
      host: none,
      xcr0: 7n,
      xinuse: 7n,
      cpu: [],
      engine: none,
    },
    process: {
      ...ids,
      comm: none,
      exe: none,
      args: none,
      cwd: none,
      mm: zeros(mm),
      limits: Array(16).fill(zero),
    },
    regions: shapes.map(([start, pages]) => ({
      start,
      end: start + pages * page,
      prot: 3,
      shared: false,
      kind: 'anon',
      name: none,
      flags: 0,
    })),
    threads: [thread],
    descriptors: [],
    signals: { actions: [], pending: [] },
    timers: { itimers: Array(3).fill({ interval: 0n, value: 0n }) },
    auxv: [],
  };
}
