import { getSystemErrorMap } from 'node:util';
import { imageAdviceFor, missingImageAdvice, processAdviceFor } from './advice.ts';
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
    return { message: processMessage(error), status: statusOf(error.code) };
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

function processMessage({ message, code, hints = [] }: PackageError): string {
  // Hints are commands to type, with an explanation after `#`.
  const commands = hints.map((hint) => `'${hint.replace(/\s+#.*$/, '')}'`);
  const advice = hints.length > 0 ? `try ${commands.join(' or ')}` : processAdviceFor(code);
  return advice === undefined ? message : `${message}; ${advice}`;
}

function imageMessage(error: PackageError): string {
  if (error.code === 'io') return `${error.path ?? 'image'}: ${ioReason(error)}`;
  const advice = imageAdviceFor(error.code);
  return advice === undefined ? error.message : `${error.message}; ${advice}`;
}

function ioReason(error: PackageError): string {
  const { errno, code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOENT') return missingImageAdvice;
  if (code === 'EACCES') return 'permission denied; it belongs to the user who saved it';
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return known === undefined ? (error.detail ?? error.message) : `cannot be read: ${known[1]}`;
}
