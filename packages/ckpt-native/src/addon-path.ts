import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { CkptError } from './ckpt-error.ts';

const platformPackage = '@ckpt/native-linux-x64';

/** Of a build from source; then of the platform package. Thrown errors list what to do. */
export function addonPath(): string {
  const built = fileURLToPath(new URL('../build/Release/ckpt.node', import.meta.url));
  if (existsSync(built)) return built;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new CkptError(
      'unsupported',
      `ckpt runs on Linux x86-64 alone; this is ${process.platform} ${process.arch}`,
    );
  }
  try {
    return createRequire(import.meta.url).resolve(`${platformPackage}/ckpt.node`);
  } catch (cause) {
    throw new CkptError('addon-missing', 'the native part of @ckpt/native is not installed', {
      cause,
      path: built,
      hints: [
        'npm install --include=optional @ckpt/native   # optional dependencies were left out',
        `npm install ${platformPackage}   # the lock file was made on another platform`,
        'pnpm --filter @ckpt/native build   # in a checkout of the sources; needs cmake, gcc and g++',
      ],
    });
  }
}
