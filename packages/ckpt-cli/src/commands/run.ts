import { Command } from 'commander';
import { parseImageFile } from '../parse-image-file.ts';
import { parseInterval } from '../parse-interval.ts';
import { parseSignal } from '../parse-signal.ts';
import { rawArguments } from '../raw-arguments.ts';

interface RunOptions {
  readonly output?: string;
  readonly interval?: number;
  readonly signal?: number | 'none';
}

const examples = `
The program takes the place of ckpt: its own streams, signals, job control and
exit status.

Examples:
  ckpt run ./simulate --steps 1e9       kill -12 PID saves it to ./mycheckpoint
  ckpt run -o sim.ckpt ./simulate       to sim.ckpt
  ckpt run --interval 10m ./simulate    and by itself every ten minutes
  ckpt run --signal USR1 -- ./uses-usr2 -x`;

export function runCommand(): Command {
  return new Command('run')
    .summary('start a program, ready to be saved')
    .description('Starts a program, ready to be saved at any time.')
    .usage('[options] [--] PROGRAM [ARGS...]')
    .argument('<program>', 'name on PATH, or path')
    .argument('[args...]', 'its own arguments and options')
    .passThroughOptions()
    .option('-o, --output <file>', 'where it is saved (default: mycheckpoint)', parseImageFile)
    .option('--interval <time>', 'save it again and again: 30s, 10m, 2h', parseInterval)
    .option(
      '--signal <signal>',
      "signal by which it saves itself, or 'none' (default: USR2)",
      parseSignal,
    )
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', examples)
    .action(run);
}

async function run(program: string, args: readonly string[], options: RunOptions): Promise<void> {
  const { launchHere } = await import('@ckpt/native');
  const { output, interval, signal } = options;
  launchHere(program, rawArguments(args) ?? args, {
    ...(output === undefined ? {} : { image: output }),
    ...(interval === undefined ? {} : { interval }),
    ...(signal === undefined ? {} : { signal }),
  });
}
