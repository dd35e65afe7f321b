import { resolve } from 'node:path';
import { CkptError } from './ckpt-error.ts';
import type { LaunchHereOptions } from './launch-options.ts';
import { paths } from './paths.ts';
import { preloadPath } from './preload-path.ts';
import { signalNumber } from './signal-number.ts';

/** Longest path of an image: CKPT_PATH_SIZE of c/include/ckpt/contract.h, less what the temporary name adds. */
const maxPath = 4000;

/** What ckpt sets in the environment of a program, or keeps from it. */
export const ownVariables = ['LD_PRELOAD', 'CKPT_IMAGE', 'CKPT_SIGNAL', 'CKPT_BARE'] as const;

/** The environment of a prepared program. LD_PRELOAD is extended: the program's own libraries stay. */
export function programEnvironment(
  options: LaunchHereOptions,
  cwd: string = process.cwd(),
): Record<string, string> {
  const { image = 'mycheckpoint', signal = 'SIGUSR2', env = process.env } = options;
  const library = preloadPath(paths().library);
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && name !== 'CKPT_BARE') result[name] = value;
  }
  const others = (result['LD_PRELOAD'] ?? '').split(/[\s:]+/).filter((path) => path !== '');
  result['LD_PRELOAD'] = [library, ...others.filter((path) => path !== library)].join(':');
  result['CKPT_IMAGE'] = imagePath(image, cwd);
  result['CKPT_SIGNAL'] = `${signalNumber(signal)}`;
  return result;
}

function imagePath(image: string, cwd: string): string {
  const path = resolve(cwd, image);
  if (image === '' || image.endsWith('/') || image.includes('\0')) {
    throw new CkptError('invalid', `${JSON.stringify(image)} is no name of a file`, {
      path: image,
    });
  }
  if (Buffer.byteLength(path) > maxPath) {
    throw new CkptError('invalid', `${path} is too long for an image's name`, { path });
  }
  return path;
}
