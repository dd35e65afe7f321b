import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CkptError } from './ckpt-error.ts';

/** LD_PRELOAD is split at these, and knows no escape. `$` begins a word of the loader's own ($ORIGIN, $LIB). */
const separators = /[\s:;$]/;

/** A path of the library that LD_PRELOAD can hold: its own, or of a symbolic link in a folder that is the user's alone. */
export function preloadPath(library: string): string {
  if (!separators.test(library)) return library;
  const folder = join(tmpdir(), `ckpt-${process.geteuid?.() ?? 0}`);
  if (separators.test(folder)) {
    throw new CkptError(
      'invalid',
      `${library} cannot be preloaded: its path holds a space or a colon, and so does ${folder}`,
      { path: library, hints: ['TMPDIR=/tmp ckpt …   # a folder without them'] },
    );
  }
  try {
    return makeLink(library, folder);
  } catch (cause) {
    if (cause instanceof CkptError) throw cause;
    throw new CkptError('failed', `${folder}: no link to the library could be made`, {
      path: folder,
      cause,
    });
  }
}

function makeLink(library: string, folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  // Anybody can make a folder of this name in /tmp: a library from there would be theirs.
  if (uid !== process.geteuid?.() || (mode & 0o170000) !== 0o040000 || (mode & 0o022) !== 0) {
    throw new CkptError(
      'failed',
      `${folder} belongs to somebody else, or others may write into it`,
      {
        path: folder,
      },
    );
  }
  const hash = createHash('sha256').update(library).digest('hex').slice(0, 16);
  const link = join(folder, `${hash}-${basename(library)}`);
  if (readLink(link) === library) return link;
  const fresh = `${link}.${process.pid}`;
  symlinkSync(library, fresh);
  renameSync(fresh, link);
  return link;
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
