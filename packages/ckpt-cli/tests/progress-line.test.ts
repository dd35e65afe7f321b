import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { progressLine } from '../src/text/progress-line.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function fakeStream(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) };
  return { written, stream: stream as unknown as NodeJS.WriteStream };
}

test('nothing is shown within the first second', () => {
  const { written, stream } = fakeStream(true);
  const line = progressLine(stream);
  vi.advanceTimersByTime(999);
  line.update('1 %');
  line.clear();
  expect(written).toEqual([]);
});

test('then one line is written over, and taken away at the end', () => {
  const { written, stream } = fakeStream(true);
  const line = progressLine(stream);
  vi.advanceTimersByTime(1001);
  line.update('1 %');
  line.update('1 %');
  line.update('2 %');
  line.clear();
  expect(written).toEqual(['\r\x1b[K1 %', '\r\x1b[K2 %', '\r\x1b[K']);
});

test('nothing is shown where there is no terminal', () => {
  const { written, stream } = fakeStream(false);
  const line = progressLine(stream);
  vi.advanceTimersByTime(5000);
  line.update('1 %');
  line.clear();
  expect(written).toEqual([]);
});
