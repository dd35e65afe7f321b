import { constants } from 'node:os';
import { wrongUsage } from './cli-error.ts';

const firstRealtime = 34;
const lastRealtime = 64;
/** Cannot be caught, or mean a fault of the program. */
const unusable = new Set(['SIGKILL', 'SIGSTOP', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE']);

/** `USR1`, `SIGUSR1`, `10`, `RTMIN+3` or `none`. */
export function parseSignal(text: string): number | 'none' {
  if (text.toLowerCase() === 'none') return 'none';
  const number = signalNumber(text.toUpperCase());
  if (number === undefined || unusable.has(signalName(number))) {
    throw wrongUsage(
      `--signal '${text}' is not a signal that a program can catch: give one such as USR1 or 40, or 'none'`,
    );
  }
  return number;
}

function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number >= 1 && number <= lastRealtime && number !== 32 && number !== 33
      ? number
      : undefined;
  }
  const name = text.replace(/^SIG/, '');
  const [, anchor, step = '0'] = /^RT(MIN|MAX)([+-]\d+)?$/.exec(name) ?? [];
  if (anchor === undefined) return (constants.signals as Record<string, number>)[`SIG${name}`];
  const number = (anchor === 'MIN' ? firstRealtime : lastRealtime) + Number(step);
  return number >= firstRealtime && number <= lastRealtime ? number : undefined;
}

/** `SIGUSR2`, `SIGRTMIN+3`; `none` for 0. */
export function signalName(number: number): string {
  if (number === 0) return 'none';
  if (number >= firstRealtime) {
    return number === firstRealtime ? 'SIGRTMIN' : `SIGRTMIN+${number - firstRealtime}`;
  }
  return (
    Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `${number}`
  );
}
