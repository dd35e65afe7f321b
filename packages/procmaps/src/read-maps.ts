import { parseMaps } from './parse-maps.ts';
import { parseSmaps } from './parse-smaps.ts';
import { parseSmapsRollup } from './parse-smaps-rollup.ts';
import { ProcmapsError } from './procmaps-error.ts';
import { isThere, type ProcFile, readProcFile } from './read-proc-file.ts';
import type { Region } from './region.ts';
import type { SmapsRegion } from './smaps-region.ts';

export interface ReadOptions {
  /**
   * Read by way of this thread. The files of a process whose main thread has exited are empty, those
   * of its other threads are not.
   */
  readonly tid?: number;
  /** Where proc(5) is mounted; `/proc` if not given. */
  readonly proc?: string;
}

/**
 * Reads /proc/PID/maps of a live process. Kernel threads and zombies have no regions.
 *
 * The kernel does not stop the process: each region is right when it is printed, regions never
 * overlap or go backwards, and a region that is there the whole time is found. Stop the process
 * first for a picture of one moment.
 *
 * @throws {ProcmapsError} `BAD_PID`, `NO_PROCESS`, `NO_PERMISSION`, `READ_FAILED`.
 */
export async function readMaps(pid: number | 'self', options?: ReadOptions): Promise<Region[]> {
  return parseMaps(await readProcFile(procFile(pid, 'maps', options)));
}

/**
 * Reads /proc/PID/smaps: as {@link readMaps}, with sizes. The kernel walks the page tables for it,
 * milliseconds for each GiB in use.
 *
 * @throws {ProcmapsError} as readMaps; `UNSUPPORTED` without CONFIG_PROC_PAGE_MONITOR.
 */
export async function readSmaps(
  pid: number | 'self',
  options?: ReadOptions,
): Promise<SmapsRegion[]> {
  return parseSmaps(await readProcFile(procFile(pid, 'smaps', options)));
}

/**
 * Reads /proc/PID/smaps_rollup, the sums of smaps. Undefined where the process has no memory of its
 * own: kernel threads and zombies.
 *
 * @throws {ProcmapsError} as readMaps; `UNSUPPORTED` before Linux 4.14.
 */
export async function readSmapsRollup(
  pid: number | 'self',
  options?: ReadOptions,
): Promise<SmapsRegion | undefined> {
  const file = procFile(pid, 'smaps_rollup', options);
  try {
    return parseSmapsRollup(await readProcFile(file));
  } catch (error) {
    const noProcess = error instanceof ProcmapsError && error.code === 'NO_PROCESS';
    if (noProcess && (await isThere(file.folder))) return undefined;
    throw error;
  }
}

function procFile(pid: number | 'self', name: string, options: ReadOptions = {}): ProcFile {
  const { tid, proc = '/proc' } = options;
  for (const id of [pid, tid]) {
    if (typeof id === 'number' && !(Number.isSafeInteger(id) && id > 0)) {
      throw new ProcmapsError('BAD_PID', `${id} is no process id`);
    }
  }
  const folder = `${proc}/${pid}`;
  if (tid === undefined) return { folder, name, owner: `process ${pid}` };
  return { folder: `${folder}/task/${tid}`, name, owner: `thread ${tid} of process ${pid}` };
}
