import type { Image } from '@ckpt/format';
import { signalName } from '../parse-signal.ts';

const ignore = 1n;

/** Which signals are caught, ignored, blocked by some thread, and pending; and running timers. */
export function describeSignals({ signals, threads, timers }: Image): string[] {
  const names = (numbers: readonly number[]) => numbers.map(signalName).join(' ');
  const ignored = signals.actions.filter(({ handler }) => handler === ignore);
  const caught = signals.actions.filter(({ handler }) => handler > ignore);
  const blocked = threads.reduce((mask, thread) => mask | thread.mask, 0n);
  const pending = [...signals.pending, ...threads.flatMap((thread) => thread.pending)];
  const lines = [
    ['caught', names(caught.map(({ signal }) => signal))],
    ['ignored', names(ignored.map(({ signal }) => signal))],
    ['blocked', names(bits(blocked))],
    ['pending', names([...new Set(pending.map(siginfoSignal))])],
    ['timers', runningTimers(timers.itimers.map(({ value }) => value))],
  ];
  return lines
    .filter(([, value]) => value !== '')
    .map(([name = '', value]) => `${name.padEnd(9)}${value}`);
}

function bits(mask: bigint): number[] {
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => (mask >> BigInt(n - 1)) & 1n);
}

function siginfoSignal(siginfo: Uint8Array): number {
  return new DataView(siginfo.buffer, siginfo.byteOffset).getInt32(0, true);
}

function runningTimers(values: readonly bigint[]): string {
  const names = ['real', 'virtual', 'profiling'];
  const running = values.map((value, i) =>
    value === 0n ? '' : `${names[i]} in ${Number(value) / 1000} ms`,
  );
  return running.filter((text) => text !== '').join(', ');
}
