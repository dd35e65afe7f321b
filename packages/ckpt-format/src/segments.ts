import { pageSize } from './constants.ts';
import {
  headerAddress,
  headerError,
  type ProgramHeader,
  type ProgramHeaderTable,
  programHeader,
  ptLoad,
} from './elf/program-headers.ts';
import type { ImageError } from './image-error.ts';
import type { FileRange } from './notes/image-info.ts';
import type { Region } from './notes/regions.ts';

/** A run of pages of one region: all of its bytes are in the file, or none. */
export interface Segment {
  readonly start: bigint;
  readonly end: bigint;
  /** Where its bytes lie in the file, and how many: end − start, or 0. */
  readonly offset: number;
  readonly stored: number;
  readonly region: Region;
}

/** `p_flags` of a region's protection: read and execute change places. */
export function protFlags(prot: number): number {
  return (prot & 2) | ((prot & 1) << 2) | ((prot & 4) >> 2);
}

/**
 * Checks that the PT_LOADs (all headers but the first and the last) tile the regions, and the data.
 * @throws ImageError `damaged`
 */
export function checkSegments(
  table: ProgramHeaderTable,
  regions: readonly Region[],
  data: FileRange,
): void {
  const tiled = regions.filter(({ kind }) => kind !== 'vsyscall');
  let index = 0;
  let address = tiled[0]?.start;
  let offset = data.offset;
  for (let i = 1; i < table.count - 1; i++) {
    const header = programHeader(table, i);
    const region = tiled[index];
    if (region === undefined || header.address !== address)
      throw headerError(i, 'does not tile the regions');
    checkSegment(i, header, region, offset);
    offset += header.fileSize;
    address += header.memorySize;
    if (address === region.end) address = tiled[++index]?.start;
  }
  if (index < tiled.length) throw headerError(table.count - 1, 'the regions are not tiled');
  if (offset !== data.offset + data.size) {
    throw headerError(table.count - 1, 'the segments are not as large as the data');
  }
}

function checkSegment(i: number, header: ProgramHeader, region: Region, offset: number): void {
  const fail = (detail: string): ImageError => headerError(i, detail);
  const size = header.memorySize;
  if (header.type !== ptLoad) throw fail('is no PT_LOAD');
  if (size === 0n || size % BigInt(pageSize) !== 0n) throw fail('is not made of whole pages');
  if (header.address + size > region.end) throw fail('crosses the end of its region');
  if (header.fileSize !== 0 && BigInt(header.fileSize) !== size) throw fail('is stored in part');
  if (header.offset !== offset) throw fail('leaves a gap in the data');
  if (header.flags !== protFlags(region.prot)) throw fail('has not the protection of its region');
  if (header.align !== BigInt(pageSize)) throw fail('has another alignment than a page');
}

/** Segment behind header `index`; the table has been checked. */
export function segmentAt(
  table: ProgramHeaderTable,
  index: number,
  regions: readonly Region[],
): Segment {
  const { address, memorySize, offset, fileSize } = programHeader(table, index);
  const region =
    regions[lastAtOrBelow(regions.length, (i) => (regions[i] as Region).start <= address)];
  return {
    start: address,
    end: address + memorySize,
    offset,
    stored: fileSize,
    region: region as Region,
  };
}

/** Index of the header whose segment is the last that begins at or below the address; 0 where none does. */
export function headerBelow(table: ProgramHeaderTable, address: bigint): number {
  return 1 + lastAtOrBelow(table.count - 2, (i) => headerAddress(table, i + 1) <= address);
}

/** Index of the last header whose data begins at or below this byte of the file. */
export function headerBelowOffset(table: ProgramHeaderTable, offset: number): number {
  return 1 + lastAtOrBelow(table.count - 2, (i) => programHeader(table, i + 1).offset <= offset);
}

/** Last index in [0, count) for which a test holds that holds up to some index only; −1 where none. */
function lastAtOrBelow(count: number, test: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
