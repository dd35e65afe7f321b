import { permissionText } from './permission-text.ts';
import type { Region } from './region.ts';
import type { SmapsDetails, SmapsRegion, SmapsSizes } from './smaps-region.ts';

const KIB = 1024;
const PLACE = ['START', 'END', 'PERM', 'KIB'];
const USE = ['RSS', 'PSS', 'DIRTY', 'SWAP'];
const NAME = ['KIND', 'NAME'];

/** Regions as a table for people, sizes in KiB; empty without regions. */
export function regionTable(regions: readonly (Region & Partial<SmapsDetails>)[]): string {
  const [first] = regions;
  if (first === undefined) return '';
  const use = first.sizes === undefined ? [] : USE;
  const rows = regions.map((region) => [
    ...placeCells(region),
    ...(region.sizes === undefined ? [] : useCells(region.sizes)),
    ...nameCells(region),
  ]);
  return table([[...PLACE, ...use, ...NAME], ...rows]);
}

/** The sums, one a line, in KiB. */
export function rollupTable(rollup: SmapsRegion): string {
  const rows = Object.entries(rollup.sizes).map(([name, bytes = 0]) => [kib(bytes), name]);
  return table([['KIB', 'SUM'], ...rows]);
}

function placeCells(region: Region): string[] {
  const size = (region.end - region.start) / BigInt(KIB);
  return [region.start.toString(16), region.end.toString(16), permissionText(region), String(size)];
}

function useCells(sizes: SmapsSizes): string[] {
  const dirty = (sizes.Shared_Dirty ?? 0) + (sizes.Private_Dirty ?? 0);
  return [kib(sizes.Rss), kib(sizes.Pss), kib(dirty), kib(sizes.Swap)];
}

function nameCells(region: Region): string[] {
  return [region.kind, printable(region.name)];
}

function kib(bytes = 0): string {
  return String(bytes / KIB);
}

/** A name may hold anything but a newline, and a terminal obeys what it prints. */
function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return name.replaceAll(/[\x00-\x1f\x7f-\x9f\udc80-\udcff]/gu, (character) => {
    const byte = character.charCodeAt(0) & 0xff;
    return `\\${byte.toString(8).padStart(3, '0')}`;
  });
}

/** Aligns the columns: words to the left, numbers to the right, nothing after the last. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => maximum(rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => align(cell, head[column] ?? '', widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function align(cell: string, heading: string, width: number): string {
  const isWord = heading === 'PERM' || heading === 'KIND' || heading === 'SUM';
  if (heading === 'NAME') return cell;
  return isWord ? cell.padEnd(width) : cell.padStart(width);
}

/** Math.max takes its values as arguments, and 65,000 are too many. */
function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
