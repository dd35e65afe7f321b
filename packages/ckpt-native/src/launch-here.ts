import { bareState } from './bare-state.ts';
import { checkExecutable } from './check-executable.ts';
import { execute } from './execute.ts';
import { findProgram } from './find-program.ts';
import type { LaunchHereOptions } from './launch-options.ts';
import { ownVariables, programEnvironment } from './program-environment.ts';
import { checkInterval, startTicker } from './start-ticker.ts';

/**
 * Replaces this process by a program that is ready to be checkpointed, with the limits, signals and streams that this
 * process was started with. Throws a CkptError (`not-found`, `not-executable`, …), or never returns.
 * Arguments may be bytes, as they need not be UTF-8.
 */
export function launchHere(
  command: string,
  args: readonly (string | Uint8Array)[] = [],
  options: LaunchHereOptions = {},
): never {
  checkInterval(options.interval);
  const env = programEnvironment(options);
  const file = findProgram(command, env);
  checkExecutable(file);
  const bare = bareState();
  if (options.interval !== undefined) startTicker(process.pid, options.interval);
  const given = options.env === undefined ? bare.environment : undefined;
  execute(file, [command, ...args], given ? withOwn(given, env) : toWords(env), bare);
}

function toWords(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

/** The variables that this process was started with, in their order, with those of `env` that are ckpt's. */
function withOwn(
  given: readonly Buffer[],
  env: Readonly<Record<string, string>>,
): (string | Buffer)[] {
  const isOwn = (word: Buffer) =>
    ownVariables.some((name) => word.subarray(0, name.length + 1).equals(Buffer.from(`${name}=`)));
  const own = ownVariables.flatMap((name) => (name in env ? [`${name}=${env[name]}`] : []));
  return [...given.filter((word) => !isOwn(word)), ...own];
}
