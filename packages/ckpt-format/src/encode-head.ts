import { invalid } from './cbor/codec.ts';
import { maxNotesSize, pageSize } from './constants.ts';
import { elfHeaderSize, programHeaderSize, writeElfHeader } from './elf/elf-header.ts';
import { type ProgramHeader, ptNote, writeProgramHeaders } from './elf/program-headers.ts';
import { encodeNotes } from './encode-notes.ts';
import type { ImageModel } from './model.ts';
import { type Content, tileRegions } from './tile-regions.ts';

/**
 * Every byte of an image before its data.
 * @param dataSize bytes of all contents
 * @param sealSize bytes of the seal's segment
 * @throws ImageError `invalid`
 */
export function encodeHead(
  model: ImageModel,
  contents: readonly Content[],
  dataSize: number,
  sealSize: number,
): Uint8Array {
  const notesFor = encodeNotes(model);
  const count = tileRegions(model.regions, contents, 0).length + 2;
  const { header, section } = writeElfHeader(count);
  const notesOffset = elfHeaderSize + count * programHeaderSize + section.length;
  // The note *image* tells offsets that depend on its own length, which grows with them: after a few rounds
  // it does not grow any more.
  let dataOffset = 0;
  let notes: Uint8Array[];
  for (;;) {
    const data = { offset: dataOffset, size: dataSize };
    notes = notesFor(data, { offset: dataOffset + dataSize, size: sealSize });
    const end = Math.ceil((notesOffset + totalSize(notes)) / pageSize) * pageSize;
    if (end === dataOffset) break;
    dataOffset = end;
  }
  if (totalSize(notes) > maxNotesSize) throw invalid(`${totalSize(notes)} bytes of notes`);
  const headers = [
    noteHeader(notesOffset, totalSize(notes)),
    ...tileRegions(model.regions, contents, dataOffset),
    noteHeader(dataOffset + dataSize, sealSize),
  ];
  return join([header, writeProgramHeaders(headers), section, ...notes], dataOffset);
}

/** The parts one after another, and zeros up to `size`. */
export function join(parts: readonly Uint8Array[], size: number = totalSize(parts)): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function totalSize(parts: readonly Uint8Array[]): number {
  return parts.reduce((total, part) => total + part.length, 0);
}

function noteHeader(offset: number, fileSize: number): ProgramHeader {
  return { type: ptNote, flags: 0, offset, fileSize, address: 0n, memorySize: 0n, align: 4n };
}
