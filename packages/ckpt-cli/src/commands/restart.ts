import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { missingImageAdvice } from '../advice.ts';
import { CliError } from '../cli-error.ts';
import { defaultImage } from '../default-image.ts';
import { exitStatus } from '../exit-status.ts';

interface RestartOptions {
  readonly pids: 'auto' | 'exact' | 'fresh';
}

const examples = `
The program takes the place of ckpt: its own streams, signals, job control and
exit status. The file is not changed: it can be restarted as often as you like.

Examples:
  ckpt restart                    run ./mycheckpoint on
  ckpt restart noon.ckpt
  ckpt restart --pids fresh       with new process ids`;

export function restartCommand(): Command {
  return new Command('restart')
    .summary('run a saved program on')
    .description('Runs a saved program on, from where it was saved.')
    .usage('[options] [FILE]')
    .argument('[file]', 'the image', defaultImage)
    .addOption(
      new Option('--pids <mode>', 'process ids as they were, or new ones')
        .choices(['auto', 'exact', 'fresh'])
        .default('auto'),
    )
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', examples)
    .action(restart);
}

async function restart(file: string, options: RestartOptions): Promise<void> {
  if (file !== '-' && !existsSync(file)) {
    throw new CliError(`${file}: ${missingImageAdvice}`, exitStatus.notFound);
  }
  const { restartHere } = await import('@ckpt/native');
  restartHere(file, { pids: options.pids });
}
