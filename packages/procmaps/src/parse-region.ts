import type { LineCursor } from './line-cursor.ts';
import type { Region } from './region.ts';
import { nameMeaning } from './region-kind.ts';

/**
 * Reads the line that the cursor stands on:
 *
 *     55e320778000-55e32077a000 r--p 00000000 fe:00 260131                     /usr/bin/cat
 *     start        end          perm offset   dev   inode                      name
 *
 * Source: fs/proc/task_mmu.c (show_vma_header_prefix, show_map_vma).
 */
export function parseRegion(cursor: LineCursor): Region {
  const start = cursor.hex();
  cursor.expect('-');
  const end = cursor.hex();
  if (end < start) cursor.fail('it ends before it starts');
  cursor.expect(' ');
  const read = cursor.either('r', '-');
  const write = cursor.either('w', '-');
  const execute = cursor.either('x', '-');
  const shared = cursor.either('s', 'p');
  cursor.expect(' ');
  const offset = cursor.hex();
  cursor.expect(' ');
  const major = cursor.hex32();
  cursor.expect(':');
  const minor = cursor.hex32();
  cursor.expect(' ');
  const inode = cursor.decimal();
  if (cursor.position < cursor.end) cursor.expect(' ');
  cursor.skipSpaces();
  const name = cursor.rest();
  const { kind, path, label } = nameMeaning(name);
  return {
    start,
    end,
    read,
    write,
    execute,
    shared,
    offset,
    major,
    minor,
    inode,
    name,
    kind,
    path,
    label,
  };
}
