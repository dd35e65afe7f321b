import { readdir, readFile, stat } from 'node:fs/promises';
import { addon } from './addon.ts';
import type { PreparedProcess } from './prepared-process.ts';

/** This user's processes that can be checkpointed, by rising PID. One that ends meanwhile is left out. */
export async function list(): Promise<PreparedProcess[]> {
  const uid = process.geteuid?.();
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => look(Number(name), uid)));
  return found.filter((item) => item !== undefined).sort((a, b) => a.pid - b.pid);
}

async function look(pid: number, uid: number | undefined): Promise<PreparedProcess | undefined> {
  try {
    const folder = `/proc/${pid}`;
    if ((await stat(folder)).uid !== uid || pid === process.pid) return undefined;
    const contract = addon().contract(pid);
    if ('code' in contract) return undefined;
    const [name, command] = await Promise.all([
      readFile(`${folder}/comm`, 'utf8'),
      readFile(`${folder}/cmdline`, 'utf8'),
    ]);
    return {
      pid,
      name: name.trimEnd(),
      command: command.split('\0').slice(0, -1),
      image: contract.image,
      signal: contract.signal,
      ...(contract.writing > 0 ? { writing: contract.writing } : {}),
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'ENOENT' || error.code === 'ESRCH' || error.code === 'EACCES';
}
