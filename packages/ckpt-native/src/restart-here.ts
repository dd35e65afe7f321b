import { execute } from './execute.ts';
import { paths } from './paths.ts';
import { restartArguments, restartEnvironment } from './restart-arguments.ts';
import type { RestartHereOptions } from './restart-options.ts';

/** Replaces this process by the program in an image. Throws a CkptError where the restarter is missing, or never returns. */
export function restartHere(image: string, options: RestartHereOptions = {}): never {
  const words = ['ckpt-restart', ...restartArguments(image, options)];
  const env = Object.entries(restartEnvironment()).map(([name, value]) => `${name}=${value}`);
  execute(paths().restarter, words, env);
}
