import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { CkptError } from './ckpt-error.ts';

const defaultPath = '/usr/local/bin:/usr/bin:/bin';

/** The file of a command, as execvp(3) would find it: a name with a slash is a path, any other is sought on PATH. */
export function findProgram(command: string, env: NodeJS.ProcessEnv, cwd: string = '.'): string {
  if (command === '') throw new CkptError('not-found', 'the name of the program is empty');
  if (command.includes('/')) {
    const problem = whyNot(command.startsWith('/') ? command : join(cwd, command));
    if (problem) throw refusal(problem, command);
    return command;
  }
  let refused: string | undefined;
  for (const folder of (env['PATH'] ?? defaultPath).split(':')) {
    const path = folder.startsWith('/') ? join(folder, command) : join(cwd, folder, command);
    const problem = whyNot(path);
    if (!problem) return path.includes('/') ? path : `./${path}`;
    if (problem.code === 'not-executable') refused ??= path;
  }
  if (refused !== undefined) {
    throw new CkptError('not-executable', `${refused}: permission denied`, { path: refused });
  }
  throw new CkptError('not-found', `${command}: command not found`, { path: command });
}

interface Problem {
  readonly code: 'not-found' | 'not-executable' | 'unreachable';
  readonly text: string;
}

function refusal({ code, text }: Problem, path: string): CkptError {
  const known = code === 'unreachable' ? 'not-executable' : code;
  return new CkptError(known, `${path}: ${text}`, { path });
}

function whyNot(path: string): Problem | undefined {
  try {
    if (statSync(path).isDirectory()) return { code: 'not-executable', text: 'is a folder' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // A folder of PATH that may not be searched holds nothing, as for a shell.
    if (code === 'EACCES') return { code: 'unreachable', text: 'permission denied' };
    return { code: 'not-found', text: 'no such file' };
  }
  try {
    accessSync(path, constants.X_OK);
    return undefined;
  } catch {
    return { code: 'not-executable', text: 'permission denied' };
  }
}
