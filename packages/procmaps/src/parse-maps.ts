import { LineCursor } from './line-cursor.ts';
import { parseRegion } from './parse-region.ts';
import type { Region } from './region.ts';

/**
 * Parses the text of /proc/PID/maps. An empty text (a kernel thread, a zombie) has no regions.
 *
 * The kernel gives the regions in ascending order, without overlap; the order of the text is kept.
 *
 * @throws {ProcmapsError} `BAD_TEXT`, with the line.
 */
export function parseMaps(text: string): Region[] {
  const regions: Region[] = [];
  const cursor = new LineCursor(text);
  while (cursor.nextLine()) regions.push(parseRegion(cursor));
  return regions;
}
