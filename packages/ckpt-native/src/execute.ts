import { getSystemErrorMap } from 'node:util';
import { addon } from './addon.ts';
import { bareState } from './bare-state.ts';
import { CkptError } from './ckpt-error.ts';

/** Replaces this process by a program, after everything that Node did to it is undone. Returns only by an error. */
export function execute(file: string, argv: readonly string[], env: Record<string, string>): never {
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const errno = addon().execute(file, argv, words, bareState());
  const [name, text] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, `error ${errno}`];
  const code = name === 'ENOENT' ? 'not-found' : 'not-executable';
  throw new CkptError(code, `${argv[0] ?? file}: ${text}`, { path: file });
}
