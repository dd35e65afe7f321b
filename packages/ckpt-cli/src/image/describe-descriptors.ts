import { constants } from 'node:fs';
import { type Descriptor, toText } from '@ckpt/format';
import { table } from '../text/table.ts';

export function describeDescriptors(descriptors: readonly Descriptor[]): string[] {
  if (descriptors.length === 0) return [];
  const rows = descriptors.map((descriptor) => [
    `${descriptor.fd}`,
    descriptor.kind,
    flags(descriptor),
    descriptor.kind === 'file' ? `${descriptor.offset}` : '',
    toText(descriptor.path),
  ]);
  return table(
    [
      { title: 'FD', right: true },
      { title: 'KIND' },
      { title: 'FLAGS' },
      { title: 'AT', right: true },
      { title: 'PATH' },
    ],
    rows,
  );
}

function flags({ flags: bits, cloexec, same, dropped }: Descriptor): string {
  const access = ['read', 'write', 'read+write'][bits & 3] ?? '';
  const words = [
    access,
    (bits & constants.O_APPEND) !== 0 && 'append',
    (bits & constants.O_NONBLOCK) !== 0 && 'nonblock',
    cloexec && 'cloexec',
    same !== undefined && `same as ${same}`,
    dropped === true && 'comes back closed',
  ];
  return words.filter((word) => word !== false && word !== '').join(',');
}
