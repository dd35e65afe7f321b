/**
 * Of the machine and the installation: `unsupported` (not Linux on x86-64), `addon-missing`, `invalid` (an argument).
 *
 * Of a program to start: `not-found`, `not-executable`, `static-program` and `setuid-program` (the library cannot be
 * preloaded), `start-failed`.
 *
 * Of a process to checkpoint: `no-process`, `zombie`, `kernel-thread`, `not-permitted`, `not-prepared`, `version`
 * (prepared by another version of ckpt), `traced` (by a debugger), `yama`, `32-bit`, `seccomp`, `busy` (a checkpoint is being
 * made), `writing` (the last one is still being written), `stuck` (a thread cannot be stopped), `process-died` (it ended, or
 * started another program), `no-helper`, `helper-died`, `snapshot-died`, `tracer-died` (processes of ckpt's own were
 * killed), `not-killed` (`kill` was asked for), `namespace`, `timeout`, `aborted`, `failed`.
 *
 * Of an output: `no-folder`, `not-writable`.
 *
 * The engine inside the program has more of its own, which are handed on as they are: hence a string.
 */
export type CkptErrorCode = string;

/** What a CkptError knows beside its code. */
export interface CkptErrorFacts {
  readonly pid?: number | undefined;
  readonly path?: string | undefined;
  /** What to do about it: commands to type, one each. */
  readonly hints?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** The one error of this package. The message is one line that names the process or the file. */
export class CkptError extends Error {
  override readonly name = 'CkptError';
  readonly code: CkptErrorCode;
  readonly pid: number | undefined;
  readonly path: string | undefined;
  readonly hints: readonly string[];

  constructor(code: CkptErrorCode, message: string, facts: CkptErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.pid = facts.pid;
    this.path = facts.path;
    this.hints = facts.hints ?? [];
  }
}
