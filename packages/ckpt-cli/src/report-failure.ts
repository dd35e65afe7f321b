import { getSystemErrorMap } from 'node:util';
import { CliError } from './cli-error.ts';
import { exitStatus } from './exit-status.ts';
import { printable } from './text/printable.ts';
import { UsageError } from './usage-error.ts';

/** Where to print it; a stream. */
interface Output {
  write(text: string): unknown;
}

/** The errors of @ckpt/native and @ckpt/format, known by their shape: neither package need be loaded to report. */
interface PackageError extends Error {
  readonly code: string;
  readonly hints?: readonly string[];
  readonly detail?: string;
  readonly path?: string;
}

/** What to do about an image that cannot be used. */
const imageAdvice: Readonly<Record<string, string>> = {
  empty: "save the program again with 'ckpt checkpoint PID -o FILE'",
  'not-an-image': "name a file that 'ckpt checkpoint' wrote",
  'wrong-machine': 'restart it on such a machine',
  'unsupported-version': 'use the ckpt that wrote it, or a newer one',
  truncated: 'copy it again, or save the program again',
  damaged: "use another copy; 'ckpt verify FILE' says where it is damaged",
  'too-large': 'use another copy',
};

/** Prints an error as one line, `ckpt: …`, and says with which status to end. */
export function reportFailure(error: unknown, output: Output): number {
  if (error instanceof UsageError && error.silent) return error.status;
  const { message, status } = describe(error);
  output.write(`ckpt: ${printable(message)}\n`);
  return status;
}

function describe(error: unknown): { message: string; status: number } {
  if (error instanceof CliError || error instanceof UsageError) return error;
  if (isPackageError(error, 'CkptError')) {
    return { message: withHints(error.message, error.hints ?? []), status: statusOf(error.code) };
  }
  if (isPackageError(error, 'ImageError'))
    return { message: imageMessage(error), status: exitStatus.failed };
  return {
    message: `unexpected: ${error instanceof Error ? error.stack : String(error)}`,
    status: exitStatus.failed,
  };
}

function isPackageError(error: unknown, name: string): error is PackageError {
  return error instanceof Error && error.name === name;
}

function statusOf(code: string): number {
  if (code === 'not-found') return exitStatus.notFound;
  if (code === 'not-executable') return exitStatus.notExecutable;
  return exitStatus.failed;
}

/** Hints are commands to type, with an explanation after `#`. */
function withHints(message: string, hints: readonly string[]): string {
  if (hints.length === 0) return message;
  const commands = hints.map((hint) => `'${hint.replace(/\s+#.*$/, '')}'`);
  return `${message}; try ${commands.join(' or ')}`;
}

function imageMessage(error: PackageError): string {
  if (error.code === 'io') return `${error.path ?? 'image'}: ${ioReason(error)}`;
  const advice = imageAdvice[error.code];
  return advice === undefined ? error.message : `${error.message}; ${advice}`;
}

function ioReason(error: PackageError): string {
  const { errno, code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return "no such file; name the image, or make one with 'ckpt checkpoint PID -o FILE'";
  if (code === 'EACCES') return 'permission denied; it belongs to the user who saved it';
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return known === undefined ? (error.detail ?? error.message) : `cannot be read: ${known[1]}`;
}
