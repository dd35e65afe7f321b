import { bool, bytesOf, type Codec, list, pathBelow, row, uint32, uint64 } from '../cbor/codec.ts';
import { optional, required, struct } from '../cbor/struct.ts';
import { maxPath, maxThreads, siginfoSize } from '../constants.ts';
import { maxPendingSignals } from '../limits.ts';

/** sigaltstack(2) */
export interface AlternateStack {
  readonly address: bigint;
  readonly flags: number;
  readonly size: bigint;
}

/** get_robust_list(2) */
export interface RobustList {
  readonly address: bigint;
  readonly size: bigint;
}

/** An rseq registration. */
export interface Rseq {
  readonly address: bigint;
  readonly size: number;
  readonly signature: number;
  readonly flags: number;
}

/** One thread of the note *threads*. */
export interface ThreadFacts {
  readonly tid: number;
  readonly name: Uint8Array;
  /** Blocked signals, bit N − 1 for signal N. */
  readonly mask: bigint;
  readonly altstack: AlternateStack;
  /** set_tid_address(2); 0: none. */
  readonly clearTid: bigint;
  readonly robust: RobustList;
  readonly rseq?: Rseq;
  /** Number of the system call behind a restart_syscall, where it is known. */
  readonly call?: number;
  /** siginfo_t of each signal that is pending for this thread, 128 bytes each. */
  readonly pending: readonly Uint8Array[];
  /** Was stopped by a stop signal. */
  readonly stopped?: boolean;
}

/** siginfo_t of pending signals. */
export const pendingSignals: Codec<readonly Uint8Array[]> = list(
  bytesOf(siginfoSize),
  maxPendingSignals,
);

const thread = struct<ThreadFacts>({
  tid: required('tid', uint32),
  name: required('name', pathBelow(maxPath)),
  mask: required('mask', uint64),
  altstack: required(
    'altstack',
    row<AlternateStack>({ address: uint64, flags: uint32, size: uint64 }),
  ),
  clearTid: required('clear_tid', uint64),
  robust: required('robust', row<RobustList>({ address: uint64, size: uint64 })),
  rseq: optional(
    'rseq',
    row<Rseq>({ address: uint64, size: uint32, signature: uint32, flags: uint32 }),
  ),
  call: optional('call', uint32),
  pending: required('pending', pendingSignals),
  stopped: optional('stopped', bool),
});

export const threadsNote: Codec<readonly ThreadFacts[]> = list(thread, maxThreads);
