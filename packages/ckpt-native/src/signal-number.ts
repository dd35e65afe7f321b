import { constants } from 'node:os';
import { CkptError } from './ckpt-error.ts';

/** The number of a door's signal; 0 for 'none'. */
export function signalNumber(signal: NodeJS.Signals | number | 'none'): number {
  if (signal === 'none') return 0;
  const number = typeof signal === 'number' ? signal : constants.signals[signal];
  if (number === constants.signals.SIGKILL || number === constants.signals.SIGSTOP) {
    throw new CkptError('invalid', `${signal} cannot be caught by a program: name another signal`);
  }
  // 32 and 33 are the C library's own.
  if (!Number.isInteger(number) || number < 1 || number > 64 || number === 32 || number === 33) {
    throw new CkptError('invalid', `${signal} is no signal that a program can be saved by`);
  }
  return number;
}
