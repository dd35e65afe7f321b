import { resolve } from 'node:path';
import { type Addon, addon } from './addon.ts';
import type { CheckpointOptions, CheckpointResult } from './checkpoint-options.ts';
import { CkptError } from './ckpt-error.ts';
import { parsePacket } from './packet.ts';

/** Saves a prepared process while it runs. Rejects with a CkptError; the program runs on, and an earlier image is whole. */
export async function checkpoint(
  pid: number,
  options: CheckpointOptions = {},
): Promise<CheckpointResult> {
  if (!Number.isInteger(pid) || pid <= 0 || pid > 0x7fffffff) {
    throw new CkptError('invalid', `${pid} is no process id`);
  }
  if (options.signal?.aborted === true) throw abortedError(pid, options.signal);
  const native = addon();
  const path = options.to === undefined ? undefined : resolve(options.to);
  return await run(native, pid, path, options);
}

function run(
  native: Addon,
  pid: number,
  path: string | undefined,
  options: CheckpointOptions,
): Promise<CheckpointResult> {
  const { kill = false, force = false, lean = false, onProgress, signal } = options;
  return new Promise((fulfil, reject) => {
    let cancel: (() => void) | undefined;
    const abort = () => cancel?.();
    const progress = (text: string) => {
      const event = parsePacket(text);
      if (event) onProgress?.(event);
    };
    cancel = native.checkpoint(pid, path, { kill, force, lean }, progress, (failure, result) => {
      signal?.removeEventListener('abort', abort);
      if (result) {
        const { image, size, threads, pauseNs, elapsedNs } = result;
        fulfil({ image, size, threads, pauseNs, elapsedMs: elapsedNs / 1e6 });
      } else {
        const { code, message } = failure ?? { code: 'failed', message: 'no answer' };
        reject(
          code === 'aborted' && signal?.aborted === true
            ? abortedError(pid, signal)
            : new CkptError(code, message, { pid, path }),
        );
      }
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

function abortedError(pid: number, signal: AbortSignal): CkptError {
  return new CkptError('aborted', `the checkpoint of process ${pid} was given up; it runs on`, {
    pid,
    cause: signal.reason,
  });
}
