/** One entry of the auxiliary vector, getauxval(3). The last has type 0. */
export interface AuxEntry {
  readonly type: bigint;
  readonly value: bigint;
}

/** Reads NT_AUXV, whose size is a multiple of 16. */
export function readAuxv(note: Uint8Array): AuxEntry[] {
  const view = new DataView(note.buffer, note.byteOffset, note.byteLength);
  const entries: AuxEntry[] = [];
  for (let i = 0; i < note.length; i += 16) {
    entries.push({ type: view.getBigUint64(i, true), value: view.getBigUint64(i + 8, true) });
  }
  return entries;
}

export function writeAuxv(entries: readonly AuxEntry[]): Uint8Array {
  const note = new Uint8Array(16 * entries.length);
  const view = new DataView(note.buffer);
  entries.forEach(({ type, value }, i) => {
    view.setBigUint64(16 * i, type, true);
    view.setBigUint64(16 * i + 8, value, true);
  });
  return note;
}
