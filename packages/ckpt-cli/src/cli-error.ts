import { exitStatus } from './exit-status.ts';

/** An error of the command line itself. The message is one line: what, and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly status: number;

  constructor(message: string, status: number = exitStatus.failed) {
    super(message);
    this.status = status;
  }
}

/** An option or argument that means nothing. */
export function wrongUsage(message: string): CliError {
  return new CliError(message, exitStatus.usage);
}
