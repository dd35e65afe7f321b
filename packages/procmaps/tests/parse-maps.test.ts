import { expect, test } from 'vitest';
import { formatMaps, ProcmapsError, parseMaps } from '../src/index.ts';

const LINE =
  '55e320778000-55e32077a000 r-xp 00002000 fe:00 260131                     /usr/bin/cat';

test('a line becomes a region', () => {
  expect(parseMaps(`${LINE}\n`)).toEqual([
    {
      start: 0x55e320778000n,
      end: 0x55e32077a000n,
      read: true,
      write: false,
      execute: true,
      shared: false,
      offset: 0x2000n,
      major: 0xfe,
      minor: 0,
      inode: 260131n,
      name: '/usr/bin/cat',
      kind: 'file',
      path: '/usr/bin/cat',
      label: undefined,
    },
  ]);
});

test('numbers of 64 bits are exact', () => {
  const line =
    'ffffffffff600001-ffffffffffffffff ---s fffffffffffff001 fffff:fffff 18446744073709551615 ';
  const [region] = parseMaps(line);
  expect(region).toMatchObject({
    start: 0xffffffffff600001n,
    end: 0xffffffffffffffffn,
    offset: 0xfffffffffffff001n,
    major: 0xfffff,
    minor: 0xfffff,
    inode: 18446744073709551615n,
  });
});

test('a process without memory has no regions', () => {
  expect(parseMaps('')).toEqual([]);
});

test('the last line may lack its end, and a line without a name its space', () => {
  expect(parseMaps('1000-2000 rw-p 00000000 00:00 0')).toMatchObject([{ name: '' }]);
});

test('a name keeps its spaces', () => {
  expect(parseMaps(`${LINE}  x \n`)[0]?.path).toBe('/usr/bin/cat  x ');
});

test('a 32-bit kernel of long ago', () => {
  const text = [
    '00008000-0000a000 r-xp 00000000 b3:02 1234       /bin/sleep',
    'b6d3f000-b6d53000 rw-p 00000000 00:00 0          [stack:711]',
    'bee2a000-bee4b000 rw-p 00000000 00:00 0          [stack]',
    'ffff0000-ffff1000 r-xp 00000000 00:00 0          [vectors]',
    '',
  ].join('\n');
  const regions = parseMaps(text);
  expect(regions.map(({ kind }) => kind)).toEqual(['file', 'stack', 'stack', 'special']);
  expect(formatMaps(regions, { pointerSize: 4 })).toBe(text);
});

test.each([
  ['an empty line', `${LINE}\n\n${LINE}\n`, 2],
  ['no range', 'hello', 1],
  ['no end', '1000 rw-p 00000000 00:00 0', 1],
  ['backwards', '2000-1000 rw-p 00000000 00:00 0', 1],
  ['capital digits', '1000-2A00 rw-p 00000000 00:00 0', 1],
  ['unknown permissions', '1000-2000 rw-z 00000000 00:00 0', 1],
  ['too few columns', `${LINE}\n1000-2000 rw-p 00000000 00:00`, 2],
  ['65 bits', '10000000000000000-10000000000000001 rw-p 0 00:00 0', 1],
  ['an inode of 65 bits', '1000-2000 rw-p 0 00:00 18446744073709551616', 1],
  ['a device of 33 bits', '1000-2000 rw-p 0 100000000:00 0', 1],
  ['an inode that runs into the name', '1000-2000 rw-p 0 00:00 0/x', 1],
  ['a carriage return', `1000-2000 rw-p 0 00:00 0\r\n`, 1],
])('refused, with the line: %s', (_, text, line) => {
  const error = caught(() => parseMaps(text));
  expect(error).toBeInstanceOf(ProcmapsError);
  expect(error).toMatchObject({ code: 'BAD_TEXT', line });
  expect(String(error)).toContain(`line ${line} is no mapping`);
});

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
