import { checkExecutable } from './check-executable.ts';
import { execute } from './execute.ts';
import { findProgram } from './find-program.ts';
import type { LaunchHereOptions } from './launch-options.ts';
import { programEnvironment } from './program-environment.ts';
import { checkInterval, startTicker } from './start-ticker.ts';

/**
 * Replaces this process by a program that is ready to be checkpointed, with the limits, signals and streams that this
 * process was started with. Throws a CkptError (`not-found`, `not-executable`, …), or never returns.
 */
export function launchHere(
  command: string,
  args: readonly string[] = [],
  options: LaunchHereOptions = {},
): never {
  checkInterval(options.interval);
  const env = programEnvironment(options);
  const file = findProgram(command, env);
  checkExecutable(file);
  if (options.interval !== undefined) startTicker(process.pid, options.interval);
  execute(file, [command, ...args], env);
}
