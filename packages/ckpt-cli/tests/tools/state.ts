import { existsSync, readFileSync } from 'node:fs';

/** What print-state printed: the facts of a process by their names. */
export type State = ReadonlyMap<string, string>;

export function readState(path: string): State {
  return new Map(
    readFileSync(path, 'latin1')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        // "status Name:<tab>value" and "environment 3: PWD=x: y": the name ends at the first colon.
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
      }),
  );
}

/** Waits for a file that print-state makes in one step. */
export async function stateIn(path: string): Promise<State> {
  const deadline = Date.now() + 30_000;
  while (!existsSync(path)) {
    if (Date.now() > deadline) throw new Error(`${path} was never written`);
    await new Promise((resume) => setTimeout(resume, 5));
  }
  return readState(path);
}

/** Facts that two runs of the same program in the same place do not share. Everything else is compared. */
export const volatile: readonly RegExp[] = [
  /^status (Pid|Tgid|NSpid|NStgid|NSpgid|NSsid|PPid|Ngid)$/, // compared as `parent`, `group`, `session`
  /^status (VmPeak|VmSize|VmHWM|VmRSS|RssAnon|RssFile|RssShmem|VmData|VmStk|VmExe|VmLib|VmPTE|VmSwap)$/,
  /^status (voluntary_ctxt_switches|nonvoluntary_ctxt_switches)$/,
  /^status State$/,
  /^status SigQ$/, // signals queued for all of the user's processes
];

/** One line for each fact that differs, but for those that are named. */
export function differences(
  expected: State,
  found: State,
  except: readonly RegExp[] = [],
): string[] {
  const ignored = [...volatile, ...except];
  const names = new Set([...expected.keys(), ...found.keys()]);
  return [...names]
    .filter((name) => !ignored.some((pattern) => pattern.test(name)))
    .filter((name) => expected.get(name) !== found.get(name))
    .map((name) => `${name}: ${found.get(name)}, expected ${expected.get(name)}`);
}
