import { bool, type Codec, choice, list, pathBelow, uint32, uint64 } from '../cbor/codec.ts';
import { optional, required, struct } from '../cbor/struct.ts';
import { maxPath, maxRegions } from '../constants.ts';

const kinds = ['anon', 'heap', 'stack', 'file', 'vdso', 'vvar', 'vsyscall', 'special'] as const;

/** `special`: any other bracketed name. */
export type RegionKind = (typeof kinds)[number];

/** One line of /proc/PID/maps: the memory [start, end), multiples of 4096. */
export interface Region {
  readonly start: bigint;
  readonly end: bigint;
  /** Sum of `regionProt` bits. */
  readonly prot: number;
  /** MAP_SHARED */
  readonly shared: boolean;
  readonly kind: RegionKind;
  /** As in /proc/PID/maps, newline escapes undone; empty for nameless. */
  readonly name: Uint8Array;
  /** Of a file: where the region begins in it, in bytes, and its identity. */
  readonly offset?: bigint;
  readonly devMajor?: number;
  readonly devMinor?: number;
  readonly inode?: bigint;
  /** Of a file at the checkpoint: bytes; ns since 1970. */
  readonly size?: bigint;
  readonly mtime?: bigint;
  /** Sum of `regionFlag` bits. */
  readonly flags: number;
}

const region = struct<Region>({
  start: required('start', uint64),
  end: required('end', uint64),
  prot: required('prot', uint32),
  shared: required('shared', bool),
  kind: required('kind', choice(kinds)),
  name: required('name', pathBelow(maxPath)),
  offset: optional('offset', uint64),
  devMajor: optional('dev_major', uint32),
  devMinor: optional('dev_minor', uint32),
  inode: optional('ino', uint64),
  size: optional('size', uint64),
  mtime: optional('mtime', uint64),
  flags: required('flags', uint32),
});

export const regionsNote: Codec<readonly Region[]> = list(region, maxRegions);
