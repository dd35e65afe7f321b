import { getSystemErrorMap } from 'node:util';
import { addon } from './addon.ts';
import { type BareState, bareState } from './bare-state.ts';
import { CkptError } from './ckpt-error.ts';

/** Replaces this process by a program, after everything that Node did to it is undone. Returns only by an error. */
export function execute(
  file: string,
  argv: readonly (string | Uint8Array)[],
  env: readonly (string | Uint8Array)[],
  bare: BareState = bareState(),
): never {
  const errno = addon().execute(toBytes(file), argv.map(toBytes), env.map(toBytes), bare);
  const [name, text] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, `error ${errno}`];
  const code = name === 'ENOENT' ? 'not-found' : 'not-executable';
  throw new CkptError(code, `${argv[0] ?? file}: ${text}`, { path: file });
}

function toBytes(word: string | Uint8Array): Uint8Array {
  return typeof word === 'string' ? Buffer.from(word) : word;
}
