import { type Codec, listOf, row, uint64 } from '../cbor/codec.ts';
import { required, struct } from '../cbor/struct.ts';

/** setitimer(2), in µs; value 0: not running. */
export interface IntervalTimer {
  readonly interval: bigint;
  readonly value: bigint;
}

/** The note *timers*. */
export interface Timers {
  /** ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF. */
  readonly itimers: readonly IntervalTimer[];
}

export const timersNote: Codec<Timers> = struct<Timers>({
  itimers: required('itimers', listOf(row<IntervalTimer>({ interval: uint64, value: uint64 }), 3)),
});
