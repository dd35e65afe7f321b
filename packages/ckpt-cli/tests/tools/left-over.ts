import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The processes that have this text in their command line, environment or program, but for those that are expected; and the
 * stopped or traced threads of the expected ones. Empty: nothing is left over.
 */
export function leftOver(text: string, expected: readonly number[] = []): string[] {
  const found: string[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!(pid > 0) || pid === process.pid) continue;
    if (expected.includes(pid)) {
      found.push(...stoppedThreads(pid));
    } else if (
      [fileOf(pid, 'cmdline'), fileOf(pid, 'environ'), programOf(pid)].some((it) =>
        it.includes(text),
      )
    ) {
      if (!/^[ZX]?$/.test(stateOf(fileOf(pid, 'status'))))
        found.push(`${pid} ${fileOf(pid, 'comm')}`);
    }
  }
  return found;
}

function stoppedThreads(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`)
    .filter((tid) => /^[Tt]$/.test(stateOf(fileOf(pid, `task/${tid}/status`))))
    .map((tid) => `thread ${tid} of ${pid} is stopped`);
}

function stateOf(status: string): string {
  return /^State:\t(\w)/m.exec(status)?.[1] ?? '';
}

function fileOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return '';
  }
}
