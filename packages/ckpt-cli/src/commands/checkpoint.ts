import type { CheckpointProgress, CheckpointResult } from '@ckpt/native';
import { Command } from 'commander';
import { parseImageFile } from '../parse-image-file.ts';
import { parsePid } from '../parse-pid.ts';
import { count } from '../text/count.ts';
import { formatDuration } from '../text/duration.ts';
import { standard } from '../text/output.ts';
import { printable } from '../text/printable.ts';
import { type ProgressLine, progressLine } from '../text/progress-line.ts';
import { shownPath } from '../text/shown-path.ts';
import { formatSize } from '../text/size.ts';
import { toJson } from '../text/to-json.ts';
import { untilInterrupted } from '../until-interrupted.ts';

interface CheckpointOptions {
  readonly output?: string;
  readonly kill?: boolean;
  readonly force?: boolean;
  readonly lean?: boolean;
  readonly json?: boolean;
}

const examples = `
Prints one line: the file, its size, threads, how long the program stood still,
the time in all. A file of that name is replaced only when the new one is whole.

Examples:
  ckpt checkpoint 4711                  to the file that 'ckpt run -o' named
  ckpt checkpoint 4711 -o noon.ckpt     to another one
  ckpt checkpoint 4711 --kill           and end it, to run it on elsewhere`;

export function checkpointCommand(): Command {
  return new Command('checkpoint')
    .summary('save a running program; it runs on')
    .description('Saves a running program to a file. It runs on.')
    .usage('[options] PID')
    .argument('<pid>', "process id; 'ckpt ps' lists them", parsePid)
    .option('-o, --output <file>', 'where to save it', parseImageFile)
    .option('--kill', 'kill it when it is saved')
    .option('--force', 'save it even if some descriptors come back closed')
    .option('--lean', 'leave clean pages of files out: they must be there at the restart')
    .option('--json', 'as JSON')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', examples)
    .action(checkpointProcess);
}

async function checkpointProcess(pid: number, options: CheckpointOptions): Promise<void> {
  const { checkpoint } = await import('@ckpt/native');
  const { output, kill = false, force = false, lean = false, json = false } = options;
  const line = progressLine(standard(2));
  const onProgress = (progress: CheckpointProgress) => showProgress(progress, line);
  const result = await untilInterrupted(async (signal) => {
    try {
      return await checkpoint(pid, {
        ...(output === undefined ? {} : { to: output }),
        kill,
        force,
        lean,
        onProgress,
        signal,
      });
    } finally {
      line.clear();
    }
  });
  standard(1).write(`${json ? toJson({ pid, ...result }) : resultLine(result)}\n`);
}

function showProgress(progress: CheckpointProgress, line: ProgressLine): void {
  if (progress.stage === 'note') {
    line.clear();
    standard(2).write(`ckpt: note: ${printable(progress.message)}\n`);
  }
  if (progress.stage === 'writing') {
    line.update(`writing ${formatSize(progress.done)} of ${formatSize(progress.total)}`);
  }
}

function resultLine({ image, size, threads, pauseNs, elapsedMs }: CheckpointResult): string {
  const facts = [
    formatSize(size),
    count(threads, 'thread'),
    `paused ${formatDuration(pauseNs / 1e6)}`,
    `${formatDuration(elapsedMs)} in all`,
  ];
  return `${printable(shownPath(image))}: ${facts.join(', ')}`;
}
