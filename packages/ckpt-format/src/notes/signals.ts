import { type Codec, intWithin, list, row, uint64 } from '../cbor/codec.ts';
import { required, struct } from '../cbor/struct.ts';
import { pendingSignals } from './threads.ts';

/** What sigaction(2) holds for one signal. */
export interface SignalAction {
  readonly signal: number;
  /** Address; 0 is SIG_DFL, 1 SIG_IGN. */
  readonly handler: bigint;
  readonly flags: bigint;
  readonly restorer: bigint;
  readonly mask: bigint;
}

/** The note *signals*. */
export interface Signals {
  /** Of every signal whose action is not the default. */
  readonly actions: readonly SignalAction[];
  /** siginfo_t of each signal that is pending for the process, 128 bytes each. */
  readonly pending: readonly Uint8Array[];
}

const action = row<SignalAction>({
  signal: intWithin(1, 64),
  handler: uint64,
  flags: uint64,
  restorer: uint64,
  mask: uint64,
});

export const signalsNote: Codec<Signals> = struct<Signals>({
  actions: required('actions', list(action, 64)),
  pending: required('pending', pendingSignals),
});
