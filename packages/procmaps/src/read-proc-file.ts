import { access, readFile } from 'node:fs/promises';
import { decodeProc } from './proc-text.ts';
import { ProcmapsError, type ProcmapsErrorCode } from './procmaps-error.ts';

export interface ProcFile {
  readonly folder: string;
  readonly name: string;
  /** Whose file it is, in words for a message. */
  readonly owner: string;
}

/**
 * Reads a whole file of /proc. The kernel hands such a file out in pieces, a page or so a read, and
 * calls its size 0: so it is read to the end, and decoded only when it is complete, since a piece may
 * end within a name.
 */
export async function readProcFile(file: ProcFile): Promise<string> {
  const path = `${file.folder}/${file.name}`;
  try {
    return decodeProc(await readFile(path));
  } catch (cause) {
    const code = await errorCode(systemCode(cause), file.folder);
    throw new ProcmapsError(code, message(code, file.owner, path), { cause, path });
  }
}

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function errorCode(code: string | undefined, folder: string): Promise<ProcmapsErrorCode> {
  if (code === 'ESRCH') return 'NO_PROCESS';
  if (code === 'EACCES' || code === 'EPERM') return 'NO_PERMISSION';
  if (code !== 'ENOENT') return 'READ_FAILED';
  return (await isThere(folder)) ? 'UNSUPPORTED' : 'NO_PROCESS';
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function message(code: ProcmapsErrorCode, owner: string, path: string): string {
  if (code === 'NO_PROCESS') return `there is no ${owner}`;
  if (code === 'NO_PERMISSION') return `${owner} may not be inspected: no permission for ${path}`;
  if (code === 'UNSUPPORTED') return `this kernel has no ${path}`;
  return `${path} cannot be read`;
}
