import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CkptError } from './ckpt-error.ts';

const headSize = 4096;
const elfMagic = 0x7f454c46;
const elfHeaderSize = 64;
const programHeaderSize = 56;
const interpreterSegment = 3; // PT_INTERP

/**
 * Refuses what is known not to take a preloaded library: static, 32-bit and set-uid programs; for a script its
 * interpreter is looked at. What cannot be read or is no ELF file is left to the kernel.
 */
export function checkExecutable(path: string, depth = 0): void {
  const file = readHead(path);
  if (!file) return;
  const { head, mode, uid } = file;
  if ((mode & 0o4000) !== 0 && uid !== process.geteuid?.()) refuseSetUid(path);
  if (head.subarray(0, 2).toString('latin1') === '#!') {
    const interpreter = /^#!\s*(\S+)/.exec(head.toString('latin1'))?.[1];
    if (interpreter !== undefined && depth < 4) checkExecutable(interpreter, depth + 1);
  } else if (head.length >= elfHeaderSize && head.readUInt32BE(0) === elfMagic) {
    checkElf(path, head);
  }
}

function refuseSetUid(path: string): never {
  throw new CkptError(
    'setuid-program',
    `${path} is a set-uid program: the system preloads no library into it`,
    { path },
  );
}

function checkElf(path: string, head: Buffer): void {
  if (head[4] !== 2) {
    throw new CkptError('32-bit', `${path} is a 32-bit program: ckpt saves 64-bit ones`, { path });
  }
  if (head.readUInt16LE(18) !== 62) return; // the kernel's word on it is better
  const start = Number(head.readBigUInt64LE(32));
  const count = head.readUInt16LE(56);
  for (let index = 0; index < count; index++) {
    const at = start + index * programHeaderSize;
    if (at + programHeaderSize > head.length) return;
    if (head.readUInt32LE(at) === interpreterSegment) return;
  }
  // The loader itself is a program without an interpreter, and can run others.
  if (/\/ld-[^/]*$/.test(path)) return;
  throw new CkptError(
    'static-program',
    `${path} is a static program: the library cannot be preloaded`,
    { path },
  );
}

function readHead(path: string): { head: Buffer; mode: number; uid: number } | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const { mode, uid } = fstatSync(fd);
    const buffer = Buffer.alloc(headSize);
    return { head: buffer.subarray(0, readSync(fd, buffer, 0, headSize, 0)), mode, uid };
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}
