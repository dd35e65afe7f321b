import { type Image, type Region, regionFlag, regionProt } from '@ckpt/format';
import { formatSize } from '../text/size.ts';
import { table } from '../text/table.ts';
import { regionTitle } from './location.ts';
import { storedBytes } from './stored-bytes.ts';

/** Sums by kind, or every region. */
export function describeRegions(image: Image, each: boolean): string[] {
  const stored = storedBytes(image);
  return each ? allRegions(image.regions, stored) : sums(image.regions, stored);
}

function sums(regions: readonly Region[], stored: ReadonlyMap<Region, number>): string[] {
  const kinds = [...new Set(regions.map(({ kind }) => kind))];
  const row = (title: string, some: readonly Region[]) => [
    title,
    `${some.length}`,
    formatSize(some.reduce((sum, { start, end }) => sum + end - start, 0n)),
    formatSize(some.reduce((sum, region) => sum + (stored.get(region) ?? 0), 0)),
  ];
  const rows = kinds.map((kind) =>
    row(
      kind,
      regions.filter((region) => region.kind === kind),
    ),
  );
  return table(
    [
      { title: 'KIND' },
      { title: 'REGIONS', right: true },
      { title: 'SIZE', right: true },
      { title: 'IN THE FILE', right: true },
    ],
    [...rows, row('all', regions)],
  );
}

function allRegions(regions: readonly Region[], stored: ReadonlyMap<Region, number>): string[] {
  const rows = regions.map((region) => [
    `${region.start.toString(16)}-${region.end.toString(16)}`,
    access(region),
    formatSize(region.end - region.start),
    formatSize(stored.get(region) ?? 0),
    [regionTitle(region), ...flagNames(region.flags)].join(' '),
  ]);
  return table(
    [
      { title: 'ADDRESSES' },
      { title: 'MODE' },
      { title: 'SIZE', right: true },
      { title: 'IN THE FILE', right: true },
      { title: 'NAME' },
    ],
    rows,
  );
}

function access({ prot, shared }: Region): string {
  const bit = (mask: number, letter: string) => ((prot & mask) === 0 ? '-' : letter);
  const { read, write, exec } = regionProt;
  return bit(read, 'r') + bit(write, 'w') + bit(exec, 'x') + (shared ? 's' : 'p');
}

function flagNames(flags: number): string[] {
  const shown = ['noreserve', 'hugepage', 'wipeonfork', 'dontfork', 'locked'] as const;
  return shown.filter((name) => (flags & regionFlag[name]) !== 0).map((name) => `+${name}`);
}
