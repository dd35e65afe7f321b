import { bool, type Codec, choice, list, pathBelow, uint32, uint64 } from '../cbor/codec.ts';
import { optional, required, struct } from '../cbor/struct.ts';
import { maxDescriptors, maxPath } from '../constants.ts';

const kinds = ['file', 'directory', 'device', 'terminal', 'pipe', 'socket', 'other'] as const;

export type DescriptorKind = (typeof kinds)[number];

/** One open file descriptor. */
export interface Descriptor {
  readonly fd: number;
  readonly kind: DescriptorKind;
  /** What /proc/PID/fd/N links to. */
  readonly path: Uint8Array;
  /** File status flags of open(2), without O_CLOEXEC. */
  readonly flags: number;
  readonly cloexec: boolean;
  /** File offset in bytes. */
  readonly offset: bigint;
  /** A lower descriptor with which it shares its open file description. */
  readonly same?: number;
  /** stat(2); mtime in ns since 1970. */
  readonly mode: number;
  readonly dev: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly mtime: bigint;
  /** Saved in spite of `--force`: it comes back closed. */
  readonly dropped?: boolean;
}

const descriptor = struct<Descriptor>({
  fd: required('fd', uint32),
  kind: required('kind', choice(kinds)),
  path: required('path', pathBelow(maxPath)),
  flags: required('flags', uint32),
  cloexec: required('cloexec', bool),
  offset: required('offset', uint64),
  same: optional('same', uint32),
  mode: required('mode', uint32),
  dev: required('dev', uint64),
  inode: required('ino', uint64),
  size: required('size', uint64),
  mtime: required('mtime', uint64),
  dropped: optional('dropped', bool),
});

export const descriptorsNote: Codec<readonly Descriptor[]> = list(descriptor, maxDescriptors);
