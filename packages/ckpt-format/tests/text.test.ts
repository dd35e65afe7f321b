import { expect, it } from 'vitest';
import { splitArguments, toText } from '../src/index.ts';
import { bytes } from './sample-image.ts';

it('shows byte strings on one line', () => {
  expect(toText(bytes('/tmp/a é'))).toBe('/tmp/a é');
  expect(toText(bytes('a\nb\x1b[31m\x7f\u0085'))).toBe('a\\x0ab\\x1b[31m\\x7f\\x85');
  expect(toText(Uint8Array.of(0x61, 0xff, 0x0a, 0xc3))).toBe('a\\xff\\x0a\\xc3');
});

it('splits arguments', () => {
  expect(splitArguments(bytes('a\0\0b c\0')).map(toText)).toEqual(['a', '', 'b c']);
  expect(splitArguments(bytes('title without end')).map(toText)).toEqual(['title without end']);
  expect(splitArguments(bytes(''))).toEqual([]);
});
