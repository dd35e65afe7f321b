import { readFileSync } from 'node:fs';

/**
 * The last arguments of this process as bytes: Node's own strings have lost what is not UTF-8. Undefined where the kernel does
 * not show as many.
 */
export function rawArguments(args: readonly string[]): Buffer[] | undefined {
  const words = readFileSync('/proc/self/cmdline').toString('latin1').split('\0').slice(0, -1);
  const last = words.slice(words.length - args.length).map((word) => Buffer.from(word, 'latin1'));
  return last.length === args.length && last.every((word, index) => `${word}` === args[index])
    ? last
    : undefined;
}
