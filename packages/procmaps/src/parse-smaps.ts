import { LineCursor } from './line-cursor.ts';
import { parseRegion } from './parse-region.ts';
import type { SmapsRegion } from './smaps-region.ts';

const FIELD = /^([A-Za-z][A-Za-z0-9_]*): *(\d+)( kB)?$/;
const FLAGS = /^VmFlags:((?: [!-~]+)*) *$/;
const KIB = 1024;

interface Details {
  readonly sizes: Record<string, number>;
  readonly values: Record<string, number>;
  flags: readonly string[] | undefined;
}

/**
 * Parses the text of /proc/PID/smaps. Fields are taken by their form, not from a list, so those of
 * other kernels are there too: with kB in {@link SmapsRegion.sizes}, else in `values`.
 *
 * Source: man 5 proc_pid_smaps; fs/proc/task_mmu.c (show_smap, __show_smap, show_smap_vma_flags).
 *
 * @throws {ProcmapsError} `BAD_TEXT`, with the line.
 */
export function parseSmaps(text: string): SmapsRegion[] {
  const regions: SmapsRegion[] = [];
  const cursor: LineCursor = new LineCursor(text);
  let details: Details | undefined;
  while (cursor.nextLine()) {
    if (isField(cursor)) {
      if (details === undefined) cursor.fail('a field stands before the first mapping');
      parseField(cursor, details);
    } else {
      details = { sizes: Object.create(null), values: Object.create(null), flags: undefined };
      regions.push(Object.assign(details, parseRegion(cursor)));
    }
  }
  return regions;
}

/** Fields begin with `Name:`; a mapping has `-` before any colon. */
function isField(cursor: LineCursor): boolean {
  for (let at = cursor.position; at < cursor.end; at++) {
    const character = cursor.text[at];
    if (character === ':') return true;
    if (character === '-' || character === ' ') return false;
  }
  return false;
}

function parseField(cursor: LineCursor, details: Details): void {
  const line = cursor.rest();
  const flags = FLAGS.exec(line)?.[1];
  if (flags !== undefined) {
    if (details.flags !== undefined) cursor.fail('it comes twice');
    details.flags = flags === '' ? [] : flags.slice(1).split(' ');
    return;
  }
  const [, name, digits, unit] = FIELD.exec(line) ?? [];
  if (name === undefined || digits === undefined) cursor.fail('expected "Name: number"');
  const number = Number(digits);
  if (!Number.isSafeInteger(number)) cursor.fail('a number is too large');
  if (name in details.sizes || name in details.values) cursor.fail('it comes twice');
  if (unit === undefined) details.values[name] = number;
  else details.sizes[name] = number * KIB;
}
