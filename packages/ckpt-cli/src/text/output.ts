import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Where text is printed. */
export interface Output {
  readonly isTTY: boolean;
  hasColors(): boolean;
  write(text: string): unknown;
}

/**
 * Standard output (1) or standard error (2). Node's own stream makes a pipe non-blocking for everybody who shares it, so
 * that a program beside us would lose output: only a terminal is given to it, which it opens anew. Not to be called
 * before a program takes our place: it is to have the terminal that we have.
 */
export function standard(descriptor: 1 | 2): Output {
  if (isatty(descriptor)) return descriptor === 1 ? process.stdout : process.stderr;
  return { isTTY: false, hasColors: () => false, write: (text) => writeAll(descriptor, text) };
}

function writeAll(descriptor: 1 | 2, text: string): void {
  let left: Uint8Array = Buffer.from(text);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(descriptor, left));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // `ckpt ps | head -1`: the reader may go away.
      if (code === 'EPIPE') process.exit();
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2); // somebody else made it non-blocking
    }
  }
}
