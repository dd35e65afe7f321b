import { CkptError } from './ckpt-error.ts';
import type { RestartHereOptions } from './restart-options.ts';

/** The words behind the restarter's name. */
export function restartArguments(image: string, { pids = 'auto' }: RestartHereOptions): string[] {
  if (pids !== 'auto' && pids !== 'exact' && pids !== 'fresh') {
    throw new CkptError('invalid', `${String(pids)}: pids are auto, exact or fresh`);
  }
  if (image === '' || image.includes('\0')) {
    throw new CkptError('invalid', `${JSON.stringify(image)} is no name of a file`, {
      path: image,
    });
  }
  return ['--pids', pids, image !== '-' && image.startsWith('-') ? `./${image}` : image];
}

/** The environment of the restarter; the program has its own in its memory. */
export function restartEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && name !== 'CKPT_BARE') env[name] = value;
  }
  return env;
}
