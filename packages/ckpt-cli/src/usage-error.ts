import type { Command, CommanderError } from 'commander';
import { exitStatus } from './exit-status.ts';

/** What commander throws: wrong usage, or that help or version were asked for (status 0). */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly status: number;
  /** The help was printed: nothing more is to be said. */
  readonly silent: boolean;

  constructor(command: Command, { message, code, exitCode }: CommanderError) {
    const name = command.parent ? `ckpt ${command.name()}` : 'ckpt';
    const what = message
      .replace(/^error: /, '')
      .replaceAll('\n', ' ')
      .replace(/\.$/, '');
    super(`${what}; see '${name} --help'`);
    this.status = exitCode === 0 ? 0 : exitStatus.usage;
    this.silent = exitCode === 0 || code === 'commander.help';
  }
}
