import { parseArgs } from 'node:util';

export const HELP = `Usage: procmaps [options] PID

Shows the memory mappings of a process, and what each one is.

  PID             a process id, or "self"

  -s, --smaps     with the memory in use: resident, proportional, dirty, swapped
  -r, --rollup    only the sums over all mappings
  -j, --json      as JSON, with all that the kernel says
  -h, --help      this text

Examples:
  procmaps 1234
  procmaps --smaps 1234 | sort -k5 -n
  procmaps --json 1234 | jq -r '.[] | select(.kind == "file") | .path' | sort -u

Exit status: 0 done, 1 failed (no such process, no permission), 2 wrong usage.
`;

export class UsageError extends Error {}

export interface ShowCommand {
  readonly action: 'show';
  readonly pid: number | 'self';
  readonly view: 'maps' | 'smaps' | 'rollup';
  readonly json: boolean;
}

export type CommandLine = ShowCommand | { readonly action: 'help' };

export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (values.help === true) return { action: 'help' };
  const [pid, ...others] = positionals;
  if (pid === undefined) throw new UsageError('a process id is missing');
  if (others.length > 0) throw new UsageError(`one process id is enough: ${others.join(' ')}`);
  if (values.smaps === true && values.rollup === true) {
    throw new UsageError('--smaps and --rollup are two different views: choose one');
  }
  let view: ShowCommand['view'] = 'maps';
  if (values.smaps === true) view = 'smaps';
  if (values.rollup === true) view = 'rollup';
  return { action: 'show', pid: parsePid(pid), view, json: values.json === true };
}

function parse(args: readonly string[]): ParsedArgs {
  try {
    return parseStrict(args);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(error.message.split('. ')[0] ?? error.message);
  }
}

interface ParsedArgs {
  readonly values: { smaps?: boolean; rollup?: boolean; json?: boolean; help?: boolean };
  readonly positionals: readonly string[];
}

function parseStrict(args: readonly string[]): ParsedArgs {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      smaps: { type: 'boolean', short: 's' },
      rollup: { type: 'boolean', short: 'r' },
      json: { type: 'boolean', short: 'j' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function parsePid(text: string): number | 'self' {
  if (text === 'self') return 'self';
  const pid = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (pid === 0) throw new UsageError(`not a process id: ${JSON.stringify(text)}`);
  return pid;
}
