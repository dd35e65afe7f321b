import { type Image, splitArguments, toText } from '@ckpt/format';
import { count } from '../text/count.ts';
import { printable } from '../text/printable.ts';
import { formatSize } from '../text/size.ts';
import type { Paint } from '../text/style.ts';
import { table } from '../text/table.ts';
import { describeDescriptors } from './describe-descriptors.ts';
import { describeRegions } from './describe-regions.ts';
import { describeSignals } from './describe-signals.ts';
import { activity, location } from './location.ts';
import { shellWords } from './shell-words.ts';

export interface DescribeOptions {
  /** Every region, not only the sums. */
  readonly regions: boolean;
  readonly paint: Paint;
}

/** The page that `ckpt inspect` prints. */
export function describeImage(image: Image, { regions, paint }: DescribeOptions): string[] {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => `  ${line}`)];
  return [
    ...section(
      `${printable(image.name ?? 'image')}: ${formatSize(image.size)}`,
      facts(image),
    ).slice(1),
    ...section('Threads', threads(image)),
    ...section('Memory', describeRegions(image, regions)),
    ...section('Descriptors', describeDescriptors(image.descriptors)),
    ...section('Signals', describeSignals(image)),
  ];
}

function facts({ info, process, threads: all, regions }: Image): string[] {
  const words = splitArguments(process.args).map(toText);
  const saved = new Date(Number(info.time / 1_000_000n));
  const rows = [
    ['program', toText(process.exe)],
    ['command', shellWords(words)],
    ['folder', toText(process.cwd)],
    [
      'saved',
      `${localTime(saved)} on ${toText(info.host)}, Linux ${toText(info.kernel)}, ${toText(info.machine)}`,
    ],
    [
      'process',
      `${process.pid}, parent ${process.ppid}, group ${process.pgid}, session ${process.sid}`,
    ],
    [
      'user',
      `${process.uid}, group ${process.gid}, umask ${process.umask.toString(8).padStart(3, '0')}`,
    ],
    ['in it', `${count(all.length, 'thread')}, ${count(regions.length, 'region')}`],
    ['format', `version ${info.version}, written by ckpt ${toText(info.engine)}`],
    ['id', Buffer.from(info.id).toString('hex')],
  ];
  return rows.map(([name = '', value]) => `${name.padEnd(9)}${value}`);
}

function threads({ threads: all, regions }: Image): string[] {
  const columns = [
    { title: 'TID', right: true },
    { title: 'NAME' },
    { title: 'WAS' },
    { title: 'AT' },
  ];
  const rows = all.map((thread) => [
    `${thread.tid}`,
    toText(thread.name),
    activity(thread),
    `0x${thread.registers.rip.toString(16)} ${location(thread.registers.rip, regions)}`,
  ]);
  return table(columns, rows);
}

/** `2026-11-23 10:47:33 +0100` */
function localTime(time: Date): string {
  const two = (number: number) => `${Math.trunc(Math.abs(number))}`.padStart(2, '0');
  const zone = -time.getTimezoneOffset();
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${date} ${clock} ${zone < 0 ? '-' : '+'}${two(zone / 60)}${two(zone % 60)}`;
}
