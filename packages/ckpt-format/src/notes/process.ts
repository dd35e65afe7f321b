import {
  bool,
  bytesUpTo,
  type Codec,
  intWithin,
  listOf,
  pathBelow,
  row,
  uint,
  uint32,
  uint64,
} from '../cbor/codec.ts';
import { optional, required, struct } from '../cbor/struct.ts';
import { maxNotesSize, maxPath } from '../constants.ts';

/** A resource limit; 2^64 − 1 is RLIM_INFINITY. */
export interface Limit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/** The addresses of PR_SET_MM_MAP. */
export interface MemoryBounds {
  readonly startCode: bigint;
  readonly endCode: bigint;
  readonly startData: bigint;
  readonly endData: bigint;
  readonly startBrk: bigint;
  readonly brk: bigint;
  readonly startStack: bigint;
  readonly argStart: bigint;
  readonly argEnd: bigint;
  readonly envStart: bigint;
  readonly envEnd: bigint;
}

/** Where libckpt lies in the program. */
export interface Library {
  readonly base: bigint;
  /** Code addresses by which a restarter leaves, and leaves last. */
  readonly leave: bigint;
  readonly leaveLast: bigint;
  /** Memory that a restarter may use until the program runs on, and that the image does not hold. */
  readonly scratch: bigint;
  readonly scratchSize: number;
}

/** The note *process*: ids as the program saw them; uid and gid are the effective ones. */
export interface Process {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly uid: number;
  readonly gid: number;
  /** Name of the main thread. */
  readonly comm: Uint8Array;
  /** Path of the executable. */
  readonly exe: Uint8Array;
  /** Arguments, a NUL after each; see `splitArguments`. */
  readonly args: Uint8Array;
  readonly cwd: Uint8Array;
  readonly umask: number;
  /** personality(2) */
  readonly personality: number;
  readonly mm: MemoryBounds;
  /** 16 of them, in the order of RLIMIT_CPU (0) … RLIMIT_RTTIME (15). */
  readonly limits: readonly Limit[];
  readonly nice?: number;
  readonly noNewPrivs?: boolean;
  /** PR_SET_CHILD_SUBREAPER of prctl(2): the program adopts orphans. */
  readonly subreaper?: boolean;
  readonly library?: Library;
}

const memoryBounds = struct<MemoryBounds>({
  startCode: required('start_code', uint64),
  endCode: required('end_code', uint64),
  startData: required('start_data', uint64),
  endData: required('end_data', uint64),
  startBrk: required('start_brk', uint64),
  brk: required('brk', uint64),
  startStack: required('start_stack', uint64),
  argStart: required('arg_start', uint64),
  argEnd: required('arg_end', uint64),
  envStart: required('env_start', uint64),
  envEnd: required('env_end', uint64),
});

const library = struct<Library>({
  base: required('base', uint64),
  leave: required('leave', uint64),
  leaveLast: required('leave_last', uint64),
  scratch: required('scratch', uint64),
  scratchSize: required('scratch_size', uint),
});

export const processNote: Codec<Process> = struct<Process>({
  pid: required('pid', uint32),
  ppid: required('ppid', uint32),
  pgid: required('pgid', uint32),
  sid: required('sid', uint32),
  uid: required('uid', uint32),
  gid: required('gid', uint32),
  comm: required('comm', bytesUpTo(maxPath)),
  exe: required('exe', pathBelow(maxPath)),
  args: required('args', bytesUpTo(maxNotesSize)),
  cwd: required('cwd', pathBelow(maxPath)),
  umask: required('umask', uint32),
  personality: required('personality', uint32),
  mm: required('mm', memoryBounds),
  limits: required('limits', listOf(row<Limit>({ soft: uint64, hard: uint64 }), 16)),
  nice: optional('nice', intWithin(-20, 19)),
  noNewPrivs: optional('no_new_privs', bool),
  subreaper: optional('subreaper', bool),
  library: optional('library', library),
});
