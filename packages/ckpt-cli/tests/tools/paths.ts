import { fileURLToPath } from 'node:url';

const repository = new URL('../../../../', import.meta.url);

export const ckpt: string = fileURLToPath(new URL('packages/ckpt-cli/bin/ckpt', repository));
/** ckpt-restart, as it is shipped. */
export const restarter: string = fileURLToPath(
  new URL('packages/ckpt-native/build/Release/ckpt-restart', repository),
);
/** The C core. */
export const sourceFolder: string = fileURLToPath(new URL('c', repository));
export type Target = 'counting-test' | 'primes-test' | 'print-state' | 'threads-check' | 'failing';

/** The sources of the target programs. */
export const sources: Readonly<Record<Target, string>> = {
  'counting-test': fileURLToPath(new URL('c/examples/counting-test.c', repository)),
  'primes-test': fileURLToPath(new URL('c/examples/primes-test.c', repository)),
  'print-state': fileURLToPath(new URL('c/tests/print-state.c', repository)),
  'threads-check': fileURLToPath(new URL('c/tests/threads-check.c', repository)),
  failing: fileURLToPath(new URL('c/tests/failing.c', repository)),
};
