import { expect, test } from 'vitest';
import { nameMeaning, type RegionKind } from '../src/index.ts';

const cases: [name: string, kind: RegionKind, path?: string | undefined, label?: string][] = [
  ['', 'anonymous'],
  ['[anon:glibc: malloc]', 'anonymous', undefined, 'glibc: malloc'],
  ['[anon:]', 'anonymous', undefined, ''],
  ['[anon_shmem:ring]', 'shared-anonymous', undefined, 'ring'],
  ['/dev/zero (deleted)', 'shared-anonymous'],
  ['[heap]', 'heap'],
  ['[stack]', 'stack'],
  ['[stack:1234]', 'stack'],
  ['[vdso]', 'vdso'],
  ['[vvar]', 'vvar'],
  ['[vvar_vclock]', 'vvar'],
  ['[vvar_of_tomorrow]', 'vvar'],
  ['[vsyscall]', 'vsyscall'],
  ['[uprobes]', 'special'],
  ['[stack of tomorrow]', 'special'],
  ['[a name of tomorrow]', 'special'],
  ['anon_inode:[perf_event]', 'special'],
  ['socket:[4711]', 'special'],
  ['/memfd:a memfd (deleted)', 'memfd', undefined, 'a memfd'],
  ['/memfd:two\\012lines (deleted)', 'memfd', undefined, 'two\nlines'],
  ['/memfd:a file in the root', 'file', '/memfd:a file in the root'],
  ['/SYSV00000000 (deleted)', 'sysv', undefined, '00000000'],
  ['/SYSV0000beef (deleted)', 'sysv', undefined, '0000beef'],
  ['/SYSV0000beef', 'file', '/SYSV0000beef'],
  ['/SYSVnot-a-key (deleted)', 'deleted-file', '/SYSVnot-a-key'],
  ['/usr/bin/cat', 'file', '/usr/bin/cat'],
  ['/tmp/with  spaces ', 'file', '/tmp/with  spaces '],
  ['/tmp/new\\012line', 'file', '/tmp/new\nline'],
  ['/tmp/[heap]', 'file', '/tmp/[heap]'],
  ['/dev/zero', 'file', '/dev/zero'],
  ['/tmp/gone (deleted)', 'deleted-file', '/tmp/gone'],
  ['/tmp/gone (deleted) (deleted)', 'deleted-file', '/tmp/gone (deleted)'],
  ['/tmp/(deleted)', 'file', '/tmp/(deleted)'],
  ['/anon_hugepage (deleted)', 'deleted-file', '/anon_hugepage'],
];

test.each(cases)('%j is %s', (name, kind, path, label) => {
  expect(nameMeaning(name)).toEqual({ kind, path, label });
});
