import { parseSmaps } from './parse-smaps.ts';
import { ProcmapsError } from './procmaps-error.ts';
import type { SmapsRegion } from './smaps-region.ts';

/**
 * Parses the text of /proc/PID/smaps_rollup (Linux 4.14): the sums over all mappings. It is one
 * entry of the form of smaps, from the first address to the last, named `[rollup]`.
 *
 * @throws {ProcmapsError} `BAD_TEXT`.
 */
export function parseSmapsRollup(text: string): SmapsRegion {
  const [rollup, ...others] = parseSmaps(text);
  if (rollup === undefined || others.length > 0 || rollup.name !== '[rollup]') {
    throw new ProcmapsError('BAD_TEXT', 'this is no smaps_rollup: expected one entry, [rollup]');
  }
  return rollup;
}
