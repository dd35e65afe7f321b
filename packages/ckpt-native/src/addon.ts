import { createRequire } from 'node:module';
import { addonPath } from './addon-path.ts';
import { CkptError } from './ckpt-error.ts';

/** What the addon says of a checkpoint that failed. */
export interface NativeFailure {
  readonly code: string;
  readonly message: string;
}

export interface NativeResult {
  readonly image: string;
  readonly size: number;
  readonly threads: number;
  readonly pauseNs: number;
  readonly elapsedNs: number;
}

export interface NativeContract {
  readonly image: string;
  readonly signal: number;
  /** PID of a snapshot that is writing now, or 0. */
  readonly writing: number;
}

/** Results of trials: 0, or the errno (positive). */
export interface NativeFacts {
  readonly kernel: string;
  readonly machine: string;
  /** Tracing of a forked child. */
  readonly ptrace: number;
  readonly remoteMemory: number;
  /** clone3 with a chosen PID. */
  readonly setTid: number;
  /** The same in a user and PID namespace of its own. */
  readonly userNamespace: number;
  readonly pagemapScan: number;
  readonly rseq: number;
  /** Moving the vdso. */
  readonly moveVdso: number;
  /** Register sets that the kernel saves. */
  readonly xcr0: bigint;
}

/** State that a program is started with: what Node found before it changed it. */
export interface NativeBare {
  readonly nofile: bigint | undefined;
  readonly ignored: bigint;
  readonly blocked: bigint;
  /** File status flags of descriptors 0 to 2; -1: not known, only made blocking, -2: it was closed. */
  readonly flags: readonly [number, number, number];
  /** Descriptors from 3 on that the program inherits. */
  readonly inherited: readonly number[];
}

export interface Addon {
  /** `done` is called once; the returned function gives up. */
  checkpoint(
    pid: number,
    path: string | undefined,
    flags: { readonly kill: boolean; readonly force: boolean; readonly lean: boolean },
    progress: (packet: string) => void,
    done: (failure: NativeFailure | undefined, result: NativeResult | undefined) => void,
  ): () => void;
  /** Words are bytes: the kernel's need not be UTF-8. Returns an errno: only where it failed. */
  execute(
    file: Uint8Array,
    argv: readonly Uint8Array[],
    env: readonly Uint8Array[],
    bare: NativeBare,
  ): number;
  /** Marks every descriptor from 3 on close-on-exec. */
  sealDescriptors(): void;
  contract(pid: number): NativeContract | NativeFailure;
  probe(): NativeFacts;
}

let loaded: Addon | undefined;

export function addon(): Addon {
  if (loaded) return loaded;
  const path = addonPath();
  try {
    loaded = createRequire(import.meta.url)(path) as Addon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CkptError('addon-missing', `${path} cannot be loaded: ${reason}`, {
      cause,
      path,
      hints: [
        'npm rebuild @ckpt/native   # it was damaged, or built on a newer system',
        'pnpm --filter @ckpt/native build   # in a checkout of the sources; needs cmake, gcc and g++',
      ],
    });
  }
  return loaded;
}
