import type { AuxEntry } from './core/auxv.ts';
import type { Registers } from './core/registers.ts';
import type { Descriptor } from './notes/descriptors.ts';
import type { ImageInfo } from './notes/image-info.ts';
import type { Process } from './notes/process.ts';
import type { Region } from './notes/regions.ts';
import type { Signals } from './notes/signals.ts';
import type { ThreadFacts } from './notes/threads.ts';
import type { Timers } from './notes/timers.ts';

/** One thread. */
export interface Thread extends ThreadFacts {
  readonly registers: Registers;
  /** The FXSAVE part, 512 bytes. */
  readonly fpregs: Uint8Array;
  /** The XSAVE area in standard format, XCR0 at 464. */
  readonly xsave: Uint8Array;
}

/** Everything in an image but the contents of its memory. Byte strings are views into what was read. */
export interface ImageModel {
  readonly info: ImageInfo;
  readonly process: Process;
  /** Rising addresses. */
  readonly regions: readonly Region[];
  /** The main thread first, unless it had exited. */
  readonly threads: readonly Thread[];
  /** Rising numbers. */
  readonly descriptors: readonly Descriptor[];
  readonly signals: Signals;
  readonly timers: Timers;
  readonly auxv: readonly AuxEntry[];
}
