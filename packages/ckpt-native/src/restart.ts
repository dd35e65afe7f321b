import { type ChildProcess, spawn } from 'node:child_process';
import { addon } from './addon.ts';
import { CkptError } from './ckpt-error.ts';
import { paths } from './paths.ts';
import { restartArguments, restartEnvironment } from './restart-arguments.ts';
import type { RestartOptions } from './restart-options.ts';

/** Runs an image on, as a child of this process. Where that fails the child says why on standard error and exits with 125. */
export function restart(image: string, options: RestartOptions = {}): ChildProcess {
  const { restarter } = paths();
  addon().sealDescriptors();
  const child = spawn(restarter, restartArguments(image, options), {
    argv0: 'ckpt-restart',
    env: restartEnvironment(),
    ...(options.stdio === undefined ? {} : { stdio: options.stdio }),
  });
  if (child.pid === undefined) {
    child.once('error', () => {});
    throw new CkptError('start-failed', `${restarter} could not be started`, { path: restarter });
  }
  return child;
}
