import { createRequire } from 'node:module';
import { Command } from 'commander';
import { checkCommand } from './commands/check.ts';
import { checkpointCommand } from './commands/checkpoint.ts';
import { inspectCommand } from './commands/inspect.ts';
import { psCommand } from './commands/ps.ts';
import { restartCommand } from './commands/restart.ts';
import { runCommand } from './commands/run.ts';
import { verifyCommand } from './commands/verify.ts';
import { standard } from './text/output.ts';
import { UsageError } from './usage-error.ts';

const examples = `
Examples:
  ckpt run ./simulate --steps 1e9    start a program, ready to be saved
  ckpt checkpoint 4711               save it; it runs on
  kill -12 4711                      the same, without ckpt
  ckpt restart                       run it on from where it was saved

'ckpt COMMAND --help' tells more, 'ckpt --version' the version. Exit status: the
program's own for run and restart; else 0, or 125: ckpt failed, 126: program not
executable, 127: program not found, 2: wrong usage.`;

/** The whole command line. `parseAsync` throws what a command throws, and UsageError. */
export function createProgram(): Command {
  const program = new Command('ckpt')
    .description('Saves running programs to a file and runs them on from it, without root.')
    .usage('COMMAND [options]')
    .enablePositionalOptions()
    .version(version(), '-V, --version', 'show the version')
    .helpCommand(false)
    .configureHelp({ visibleOptions: () => [] })
    .addHelpText('after', examples);
  const commands = [
    runCommand(),
    checkpointCommand(),
    restartCommand(),
    inspectCommand(),
    verifyCommand(),
    psCommand(),
    checkCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands]) {
    command
      .configureHelp({
        subcommandTerm: (sub) => `${sub.name()} ${sub.usage()}`,
        ...command.configureHelp(),
      })
      // What was wrong is printed once, by report-failure.
      .configureOutput({
        outputError: () => undefined,
        writeOut: (text) => standard(1).write(text),
        writeErr: (text) => standard(2).write(text),
        getOutHelpWidth: () => widthOf(1),
        getErrHelpWidth: () => widthOf(2),
        getOutHasColors: () => standard(1).hasColors(),
        getErrHasColors: () => standard(2).hasColors(),
      })
      .exitOverride((error) => {
        throw new UsageError(command, error);
      });
  }
  return program;
}

/** Of the terminal; 80 as commander has it elsewhere. */
function widthOf(descriptor: 1 | 2): number {
  if (!standard(descriptor).isTTY) return 80;
  return (descriptor === 1 ? process.stdout : process.stderr).columns;
}

function version(): string {
  const facts = createRequire(import.meta.url)('../package.json') as { version: string };
  return facts.version;
}
