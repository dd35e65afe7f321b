import { bytesOf, bytesUpTo, type Codec, list, row, uint, uint64 } from '../cbor/codec.ts';
import { optional, required, struct } from '../cbor/struct.ts';
import { imageVersion, maxPath, pageSize } from '../constants.ts';
import { maxCpuFeatures } from '../limits.ts';

/** Bytes of the file. */
export interface FileRange {
  readonly offset: number;
  readonly size: number;
}

/** The facts of the note *image* that a writer chooses. Byte strings are as the kernel gave them. */
export interface ImageInfo {
  /** Random name of this image, 16 bytes. */
  readonly id: Uint8Array;
  /** Id of the image that this one builds on. */
  readonly parent?: Uint8Array;
  /** Wall-clock time of the stop, ns since 1970. */
  readonly time: bigint;
  /** CLOCK_MONOTONIC at the stop, ns. */
  readonly mono: bigint;
  /** `uname -r`. */
  readonly kernel: Uint8Array;
  /** `uname -n`. */
  readonly host: Uint8Array;
  /** The register sets that the kernel saves (XCR0). */
  readonly xcr0: bigint;
  /** Those of them that some thread had in use. */
  readonly xinuse: bigint;
  /** CPU features, named as in /proc/cpuinfo. */
  readonly cpu: readonly Uint8Array[];
  /** Version of ckpt that wrote the image. */
  readonly engine: Uint8Array;
}

/** The whole note *image*. */
export interface ImageNote extends ImageInfo {
  readonly version: number;
  readonly machine: Uint8Array;
  /** Bytes of a page, 4096. */
  readonly page: number;
  readonly data: FileRange;
  readonly seal: FileRange;
}

export const machineName = 'x86_64';

const name = bytesUpTo(maxPath);
const fileRange = row<FileRange>({ offset: uint, size: uint });

export const imageNote: Codec<ImageNote> = struct<ImageNote>({
  version: required('version', uint),
  id: required('id', bytesOf(16)),
  parent: optional('parent', bytesOf(16)),
  time: required('time', uint64),
  mono: required('mono', uint64),
  kernel: required('kernel', name),
  machine: required('machine', name),
  host: required('host', name),
  page: required('page', uint),
  xcr0: required('xcr0', uint64),
  xinuse: required('xinuse', uint64),
  cpu: required('cpu', list(name, maxCpuFeatures)),
  engine: required('engine', name),
  data: required('data', fileRange),
  seal: required('seal', fileRange),
});

/** The version alone, whatever else a later version may have put there; undefined where it is missing. */
export const versionOnly: Codec<{ readonly version?: number }> = struct<{ version?: number }>({
  version: optional('version', uint),
});

/** The note of this writer for what `info` says and the layout demands. */
export function completeImageNote(info: ImageInfo, data: FileRange, seal: FileRange): ImageNote {
  const machine = new TextEncoder().encode(machineName);
  return { ...info, version: imageVersion, machine, page: pageSize, data, seal };
}
