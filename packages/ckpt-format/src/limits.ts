import { maxThreads } from './constants.ts';

/**
 * What this reader refuses beyond the bounds of image.h, so that a hostile file costs bounded memory:
 * all are far above what Linux can produce.
 */

/** Program headers: as many as the restarter takes. */
export const maxProgramHeaders: number = 1 << 24;

/** Bytes of the seal: enough for 64 TiB of data. */
export const maxSealSize: number = 256 << 20;

/** ELF notes: three for each thread, and some. */
export const maxNotes: number = 3 * maxThreads + 64;

/** Bytes of the auxiliary vector; the kernel's has less than 1 KiB. */
export const maxAuxvSize = 4096;

/** Names of CPU features; /proc/cpuinfo shows some 150. */
export const maxCpuFeatures = 4096;

/** Pending signals of one thread or of the process (RLIMIT_SIGPENDING bounds them). */
export const maxPendingSignals = 65536;

/** Descriptors lie below it: far above every limit that Linux allows. */
export const maxDescriptor: number = 2 ** 30;

/** Depth of arrays and maps inside a value that is skipped because its key is unknown. */
export const maxSkipDepth = 16;

/** Bytes of a map's key. */
export const maxKeySize = 64;
