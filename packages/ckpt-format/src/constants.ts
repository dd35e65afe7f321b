/** The numbers of docs/image-format.md. A test compares them with c/include/ckpt/image.h. */

export const imageVersion = 1;
export const noteName = 'CKPT';
export const pageSize = 4096;

/** Note types with the name "CKPT". */
export const noteType = {
  image: 0x434b5001,
  process: 0x434b5002,
  regions: 0x434b5003,
  threads: 0x434b5004,
  descriptors: 0x434b5005,
  signals: 0x434b5006,
  timers: 0x434b5007,
  seal: 0x434b5008,
} as const;

/** The seal holds a CRC-32C for every so many bytes of data; the last chunk may be shorter. */
export const chunkSize: number = 1 << 20;

/** Bits of `Region.prot`. */
export const regionProt = { read: 1, write: 2, exec: 4 } as const;

/** Bits of `Region.flags`, after VmFlags of proc_pid_smaps(5). */
export const regionFlag = {
  noreserve: 0x001,
  growsdown: 0x002,
  dontdump: 0x004,
  hugepage: 0x008,
  nohugepage: 0x010,
  wipeonfork: 0x020,
  dontfork: 0x040,
  locked: 0x080,
  /** A shared mapping whose file was open for writing. */
  maywrite: 0x100,
  mergeable: 0x200,
  /** Every page that holds anything is in the image: the file can do without. */
  content: 0x400,
} as const;

/** Bounds beyond which a reader refuses. */
export const maxThreads = 16384;
export const maxRegions = 1048576;
export const maxDescriptors = 65536;
export const maxNotesSize: number = 256 << 20;
export const maxXsave = 16384;
export const maxPath = 4096;

/** The kernel's own core notes: types, sizes and offsets on x86-64. */
export const coreNote = {
  prstatus: 1,
  fpregset: 2,
  prpsinfo: 3,
  auxv: 6,
  siginfo: 0x53494749,
  file: 0x46494c45,
  xstate: 0x202,
} as const;
export const prstatusSize = 336;
export const prstatusPid = 32;
export const prstatusRegisters = 112;
export const fpregsetSize = 512;
export const prpsinfoSize = 136;
/** Bytes of a siginfo_t: of NT_SIGINFO, and of every pending signal in the notes. */
export const siginfoSize = 128;
