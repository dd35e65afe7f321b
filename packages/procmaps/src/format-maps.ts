import { permissionText } from './permission-text.ts';
import { ProcmapsError } from './procmaps-error.ts';
import type { RegionFields } from './region.ts';

export interface FormatOptions {
  /** The size of a pointer in the kernel that is imitated: it decides the column of the name. */
  readonly pointerSize?: 4 | 8;
}

const ADDRESS_LIMIT = 2n ** 64n;
const DEVICE_LIMIT = 2 ** 32;

/**
 * Writes regions as the text of /proc/PID/maps, byte for byte as the kernel does.
 * Only the columns are used: `kind`, `path` and `label` follow from `name`.
 *
 * Source: fs/proc/task_mmu.c (show_vma_header_prefix; seq_setwidth(25 + sizeof(void *) * 6 - 1)).
 *
 * @throws {ProcmapsError} `BAD_REGION` where a value has no place in a line, such as a name with a
 * newline: see {@link escapeName}.
 */
export function formatMaps(regions: Iterable<RegionFields>, options: FormatOptions = {}): string {
  let text = '';
  for (const region of regions) text += formatRegion(region, options);
  return text;
}

export function formatRegion(region: RegionFields, { pointerSize = 8 }: FormatOptions): string {
  check(region);
  const device = `${hex(region.major, 2)}:${hex(region.minor, 2)}`;
  const prefix =
    `${hex(region.start, 8)}-${hex(region.end, 8)} ${permissionText(region)} ` +
    `${hex(region.offset, 8)} ${device} ${region.inode} `;
  if (region.name === '') return `${prefix}\n`;
  return `${prefix.padEnd(24 + pointerSize * 6)} ${region.name}\n`;
}

function hex(value: bigint | number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

function check({ start, end, offset, inode, major, minor, name }: RegionFields): void {
  checkUint64(start);
  checkUint64(end);
  checkUint64(offset);
  checkUint64(inode);
  checkDevice(major);
  checkDevice(minor);
  if (end < start) fail(`it ends (0x${hex(end, 1)}) before it starts (0x${hex(start, 1)})`);
  if (name.includes('\n')) fail(`its name has a newline: ${JSON.stringify(name)}`);
  if (name.startsWith(' ')) fail(`its name begins with a space: ${JSON.stringify(name)}`);
}

function checkUint64(value: bigint): void {
  if (value < 0n || value >= ADDRESS_LIMIT) fail(`${value} is no 64-bit number`);
}

function checkDevice(number: number): void {
  if (!Number.isInteger(number) || number < 0 || number >= DEVICE_LIMIT) {
    fail(`${number} is no device number`);
  }
}

function fail(reason: string): never {
  throw new ProcmapsError('BAD_REGION', `a region cannot be written, ${reason}`);
}
