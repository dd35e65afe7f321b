import { damaged, ImageError, type ImagePart } from '../image-error.ts';
import { maxNotes } from '../limits.ts';
import { toText } from '../text.ts';

/** One ELF note. */
export interface Note {
  /** Safe to print, whatever it is. */
  readonly name: string;
  readonly type: number;
  readonly description: Uint8Array;
  /** Where the description begins in the file. */
  readonly offset: number;
}

/**
 * Splits the bytes of a PT_NOTE into its notes.
 * @param offset where the bytes lie in the file
 * @throws ImageError `damaged` where a note does not fit or its padding is not zero, `too-large` above `maxNotes`
 */
export function readNotes(bytes: Uint8Array, offset: number, part: ImagePart): Note[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const notes: Note[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const fail = (detail: string) =>
      damaged(`note ${notes.length}: ${detail}`, offset + start, part);
    if (notes.length >= maxNotes) throw new ImageError('too-large', `more than ${maxNotes} notes`);
    if (bytes.length - at < 12) throw fail('no room for a note');
    const nameSize = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    const type = view.getUint32(at + 8, true);
    const nameAt = at + 12;
    const descriptionAt = nameAt + pad4(nameSize);
    const end = descriptionAt + pad4(size);
    if (nameSize === 0 || nameSize > 16 || end > bytes.length) throw fail('does not fit');
    if (bytes[nameAt + nameSize - 1] !== 0) throw fail('name without its NUL');
    const padding = [
      ...bytes.subarray(nameAt + nameSize, descriptionAt),
      ...bytes.subarray(descriptionAt + size, end),
    ];
    if (padding.some((byte) => byte !== 0)) throw fail('padding is not zero');
    notes.push({
      name: toText(bytes.subarray(nameAt, nameAt + nameSize - 1)),
      type,
      description: bytes.subarray(descriptionAt, descriptionAt + size),
      offset: offset + descriptionAt,
    });
    at = end;
  }
  return notes;
}

/** Head, name and description of a note, each padded with zeros to 4 bytes. */
export function writeNote(name: string, type: number, description: Uint8Array): Uint8Array {
  const descriptionAt = 12 + pad4(name.length + 1);
  const bytes = new Uint8Array(descriptionAt + pad4(description.length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, name.length + 1, true);
  view.setUint32(4, description.length, true);
  view.setUint32(8, type, true);
  for (let i = 0; i < name.length; i++) bytes[12 + i] = name.charCodeAt(i);
  bytes.set(description, descriptionAt);
  return bytes;
}

function pad4(size: number): number {
  return Math.ceil(size / 4) * 4;
}
