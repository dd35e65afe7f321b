import { pageSize, prpsinfoSize } from '../constants.ts';
import type { Process } from '../notes/process.ts';
import type { Region } from '../notes/regions.ts';

/**
 * NT_PRPSINFO and NT_FILE: for debuggers alone. They repeat what the CKPT notes say better, so this package
 * writes them and does not read them.
 */

/** `ps` in 136 bytes: state R, ids, name, the first 80 bytes of the arguments. */
export function writePrpsinfo(process: Process): Uint8Array {
  const note = new Uint8Array(prpsinfoSize);
  const view = new DataView(note.buffer);
  view.setUint8(1, 'R'.charCodeAt(0));
  view.setInt8(3, process.nice ?? 0);
  view.setUint32(16, process.uid, true);
  view.setUint32(20, process.gid, true);
  view.setUint32(24, process.pid, true);
  view.setUint32(28, process.ppid, true);
  view.setUint32(32, process.pgid, true);
  view.setUint32(36, process.sid, true);
  note.set(process.comm.subarray(0, 15), 40);
  note.set(
    process.args.subarray(0, 79).map((byte) => byte || 0x20),
    56,
  );
  return note;
}

/** Which files are mapped where: count, page size, (start, end, offset in pages) of each, names with NUL. */
export function writeFileNote(regions: readonly Region[]): Uint8Array {
  const files = regions.filter(({ kind }) => kind === 'file');
  const names = files.reduce((total, { name }) => total + name.length + 1, 0);
  const note = new Uint8Array(16 + 24 * files.length + names);
  const view = new DataView(note.buffer);
  view.setBigUint64(0, BigInt(files.length), true);
  view.setBigUint64(8, BigInt(pageSize), true);
  let at = 16 + 24 * files.length;
  files.forEach(({ start, end, offset = 0n, name }, i) => {
    view.setBigUint64(16 + 24 * i, start, true);
    view.setBigUint64(24 + 24 * i, end, true);
    view.setBigUint64(32 + 24 * i, offset / BigInt(pageSize), true);
    note.set(name, at);
    at += name.length + 1;
  });
  return note;
}
