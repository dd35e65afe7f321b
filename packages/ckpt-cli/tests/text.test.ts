import { expect, test } from 'vitest';
import { shellWords } from '../src/image/shell-words.ts';
import { systemCallName } from '../src/image/system-call.ts';
import { parseInterval } from '../src/parse-interval.ts';
import { parseSignal, signalName } from '../src/parse-signal.ts';
import { formatDuration } from '../src/text/duration.ts';
import { printable } from '../src/text/printable.ts';
import { shownPath } from '../src/text/shown-path.ts';
import { formatSize } from '../src/text/size.ts';
import { table } from '../src/text/table.ts';

test('sizes', () => {
  const sizes = [0, 1023, 1024, 3_250_586, 104_857_600, 2n ** 40n, 2n ** 64n];
  const texts = ['0 B', '1023 B', '1.0 KiB', '3.1 MiB', '100 MiB', '1.0 TiB', '16.0 EiB'];
  expect(sizes.map(formatSize)).toEqual(texts);
});

test('durations', () => {
  expect([0.6, 12.3, 999.4, 1500].map(formatDuration)).toEqual([
    '0.6 ms',
    '12 ms',
    '999 ms',
    '1.5 s',
  ]);
});

test('intervals', () => {
  expect(['30', '30s', '1.5m', '2h', '1d', '500ms'].map(parseInterval)).toEqual([
    30, 30, 90, 7200, 86400, 0.5,
  ]);
  for (const text of ['', '0', '-1', '1 s', '1w', 's', '1e3', '999999d', 'Infinity']) {
    expect(() => parseInterval(text)).toThrow('is not a time');
  }
});

test('signals', () => {
  expect(['USR1', 'sigusr1', '10', 'RTMIN+3', 'RTMAX-1', '40', 'none'].map(parseSignal)).toEqual([
    10,
    10,
    10,
    37,
    63,
    40,
    'none',
  ]);
  for (const text of ['KILL', '9', '0', '65', '32', 'SEGV', '', 'RTMAX+1', 'toString']) {
    expect(() => parseSignal(text)).toThrow('is not a signal');
  }
  expect([0, 12, 34, 37].map(signalName)).toEqual(['none', 'SIGUSR2', 'SIGRTMIN', 'SIGRTMIN+3']);
});

test('text for a terminal', () => {
  expect(printable('a\x1b[31mb\nü')).toBe('a\\x1b[31mb\\x0aü');
  expect(shellWords(['a', 'b c', "it's", ''])).toBe(`a 'b c' 'it'\\''s' ''`);
  expect(shownPath('/a/b/c', '/a')).toBe('b/c');
  expect(shownPath('/b', '/a')).toBe('/b');
  expect(shownPath('/ab', '/a')).toBe('/ab');
  expect(
    table(
      [{ title: 'N', right: true }, { title: 'X' }],
      [
        ['10', 'a'],
        ['2', 'bc'],
      ],
    ),
  ).toEqual([' N  X', '10  a', ' 2  bc']);
});

test('system calls', () => {
  expect([0, 202, 230, 334, 424, 435, 9999].map(systemCallName)).toEqual([
    'read',
    'futex',
    'clock_nanosleep',
    'rseq',
    'pidfd_send_signal',
    'clone3',
    'system call 9999',
  ]);
});
