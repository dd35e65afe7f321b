import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { addon } from './addon.ts';
import { checkExecutable } from './check-executable.ts';
import { CkptError } from './ckpt-error.ts';
import { findProgram } from './find-program.ts';
import type { LaunchOptions } from './launch-options.ts';
import { programEnvironment } from './program-environment.ts';
import { checkInterval, startTicker } from './start-ticker.ts';

/**
 * Starts a program, ready to be checkpointed, as a child of this process. Throws a CkptError where it cannot be started;
 * it can be checkpointed a moment after it has started, when its libraries are loaded.
 */
export function launch(
  command: string,
  args: readonly string[] = [],
  options: LaunchOptions = {},
): ChildProcess {
  const cwd = resolve(options.cwd ?? '.');
  checkInterval(options.interval);
  const env = programEnvironment(options, cwd);
  const file = findProgram(command, env, cwd);
  checkExecutable(resolve(cwd, file));
  addon().sealDescriptors();
  const child = spawn(file, args, {
    argv0: command,
    cwd,
    env,
    ...(options.stdio === undefined ? {} : { stdio: options.stdio }),
  });
  if (child.pid === undefined) {
    child.once('error', () => {}); // the same one comes as an event
    throw new CkptError('start-failed', `${command} could not be started`, { path: file });
  }
  if (options.interval !== undefined) startTicker(child.pid, options.interval);
  return child;
}
