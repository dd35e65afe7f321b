import { HELP, parseCommandLine, type ShowCommand, UsageError } from './command-line.ts';
import { ProcmapsError } from './procmaps-error.ts';
import { readMaps, readSmaps, readSmapsRollup } from './read-maps.ts';
import { regionToJson } from './region-json.ts';
import { regionTable, rollupTable } from './region-table.ts';

interface Output {
  write(text: string): unknown;
}

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** The command: 0 when done, 1 when it failed, 2 when it was asked wrongly. */
export async function runCli(
  args: readonly string[],
  stdout: Output,
  stderr: Output,
): Promise<number> {
  try {
    const command = parseCommandLine(args);
    if (command.action === 'help') {
      stdout.write(HELP);
      return 0;
    }
    const text = await report(command);
    if (text === '') stderr.write(`procmaps: process ${command.pid} has no memory of its own\n`);
    else stdout.write(text);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      stderr.write(`procmaps: ${error.message}\nTry: procmaps --help\n`);
      return EXIT_USAGE;
    }
    if (!(error instanceof ProcmapsError)) throw error;
    stderr.write(`procmaps: ${error.message}${advice(error)}\n`);
    return EXIT_FAILURE;
  }
}

/** What is asked for; empty where there is nothing to show, as for a kernel thread or a zombie. */
async function report({ pid, view, json }: ShowCommand): Promise<string> {
  if (view === 'rollup') {
    const rollup = await readSmapsRollup(pid);
    if (json) return jsonText(rollup === undefined ? null : regionToJson(rollup));
    return rollup === undefined ? '' : rollupTable(rollup);
  }
  const regions = view === 'smaps' ? await readSmaps(pid) : await readMaps(pid);
  if (json) return jsonText(regions.map((region) => regionToJson(region)));
  return regionTable(regions);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function advice(error: ProcmapsError): string {
  if (error.code === 'NO_PERMISSION') return '\nRun it as the user of that process, or as root.';
  if (error.code === 'READ_FAILED' && error.cause instanceof Error) {
    return `: ${error.cause.message}`;
  }
  return '';
}
