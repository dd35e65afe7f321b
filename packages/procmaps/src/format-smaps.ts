import { type FormatOptions, formatRegion } from './format-maps.ts';
import { ProcmapsError } from './procmaps-error.ts';
import type { RegionFields } from './region.ts';
import type { SmapsDetails } from './smaps-region.ts';

const KIB = 1024;
const NAME_WIDTH = 16;
const LINE_WIDTH = 24;

/**
 * Writes regions as the text of /proc/PID/smaps, byte for byte as the kernel does. One region
 * named `[rollup]` gives the text of /proc/PID/smaps_rollup.
 *
 * Source: fs/proc/task_mmu.c (__show_smap, show_smap, show_smap_vma_flags).
 *
 * @throws {ProcmapsError} `BAD_REGION` where a value has no place in the text.
 */
export function formatSmaps(
  regions: Iterable<RegionFields & SmapsDetails>,
  options: FormatOptions = {},
): string {
  let text = '';
  for (const region of regions) {
    text += formatRegion(region, options);
    for (const [name, bytes] of Object.entries(region.sizes)) {
      if (bytes !== undefined) text += `${formatField(name, bytes / KIB)} kB\n`;
    }
    for (const [name, value] of Object.entries(region.values)) {
      if (value !== undefined) text += `${formatField(name, value)}\n`;
    }
    if (region.flags !== undefined) text += formatFlags(region.flags);
  }
  return text;
}

function formatField(name: string, value: number): string {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) fail(`${JSON.stringify(name)} is no field name`);
  if (!Number.isSafeInteger(value) || value < 0) fail(`${name} is no whole number: ${value}`);
  const label = `${name}: `.padEnd(NAME_WIDTH);
  return label + String(value).padStart(LINE_WIDTH - label.length);
}

function formatFlags(flags: readonly string[]): string {
  const bad = flags.find((flag) => !/^[!-~]+$/.test(flag));
  if (bad !== undefined) fail(`${JSON.stringify(bad)} is no flag`);
  return `VmFlags: ${flags.map((flag) => `${flag} `).join('')}\n`;
}

function fail(reason: string): never {
  throw new ProcmapsError('BAD_REGION', `a region cannot be written, ${reason}`);
}
