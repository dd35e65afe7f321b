/**
 * What went wrong:
 *
 * - `BAD_TEXT`: the text is not what the kernel prints; {@link ProcmapsError.line} says where.
 * - `BAD_REGION`: a region handed to a format function cannot be written as a line.
 * - `BAD_PID`: the process id is not a positive integer.
 * - `NO_PROCESS`: there is no such process or thread, or it ended while it was read.
 * - `NO_PERMISSION`: it belongs to somebody else, or may not be inspected (ptrace(2) access mode).
 * - `UNSUPPORTED`: this kernel does not have the file.
 * - `READ_FAILED`: any other failure; `cause` is the system's error.
 */
export type ProcmapsErrorCode =
  | 'BAD_TEXT'
  | 'BAD_REGION'
  | 'BAD_PID'
  | 'NO_PROCESS'
  | 'NO_PERMISSION'
  | 'UNSUPPORTED'
  | 'READ_FAILED';

interface ProcmapsErrorFacts {
  readonly cause?: unknown;
  readonly path?: string;
  readonly line?: number;
}

/** The only error that this package throws. */
export class ProcmapsError extends Error {
  override readonly name = 'ProcmapsError';
  readonly code: ProcmapsErrorCode;
  /** The file that was read, where one was. */
  readonly path: string | undefined;
  /** The number of the line in the text, from 1, where the text is at fault. */
  readonly line: number | undefined;

  constructor(code: ProcmapsErrorCode, message: string, facts: ProcmapsErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.path = facts.path;
    this.line = facts.line;
  }
}
