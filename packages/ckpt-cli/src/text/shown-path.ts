import { relative } from 'node:path';

/** A path as short as it can be: relative where it lies below the current folder. */
export function shownPath(path: string, folder: string = process.cwd()): string {
  const inside = relative(folder, path);
  return inside === '' || inside === '..' || inside.startsWith('../') ? path : inside;
}
