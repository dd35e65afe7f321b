import { CborReader } from '../src/cbor/cbor-reader.ts';
import { CborWriter } from '../src/cbor/cbor-writer.ts';
import type { Codec } from '../src/cbor/codec.ts';
import { noteName, noteType } from '../src/constants.ts';
import { elfHeaderSize, programHeaderSize, writeElfHeader } from '../src/elf/elf-header.ts';
import { readNotes, writeNote } from '../src/elf/notes.ts';
import {
  type ProgramHeader,
  programHeader,
  programHeaderTable,
  ptNote,
  writeProgramHeaders,
} from '../src/elf/program-headers.ts';
import { join, totalSize } from '../src/encode-head.ts';
import { type Content, crc32c, encodeImage, type ImageModel } from '../src/index.ts';
import { chunkCount, writeSeal } from '../src/notes/seal.ts';

/** A note that need not make sense. */
export interface LooseNote {
  name: string;
  type: number;
  description: Uint8Array;
}

/**
 * An image taken apart: what is altered here gets its offsets and checksums made good again by `assemble`, as a hostile
 * writer would do.
 */
export interface ImageParts {
  notes: LooseNote[];
  loads: ProgramHeader[];
  data: Uint8Array;
  /** Alters the seal's description, or the head, before the checksums over them are made. */
  alterSeal?: (description: Uint8Array) => Uint8Array;
  alterHead?: (head: Uint8Array) => void;
  /** Leaves `offset` of the loads, and data and seal in the note *image*, as they are. */
  keepOffsets?: boolean;
}

export function takeApart(model: ImageModel, contents: readonly Content[]): ImageParts {
  const file = encodeImage(model, contents);
  const count = new DataView(file.buffer).getUint16(56, true);
  const tableEnd = elfHeaderSize + count * programHeaderSize;
  const table = programHeaderTable(file.subarray(elfHeaderSize, tableEnd));
  const headers = Array.from({ length: count }, (_, i) => programHeader(table, i));
  const [notes, seal] = [headers[0], headers[count - 1]] as [ProgramHeader, ProgramHeader];
  const notesEnd = notes.offset + notes.fileSize;
  const dataOffset = Math.ceil(notesEnd / 4096) * 4096;
  return {
    notes: readNotes(file.slice(notes.offset, notesEnd), notes.offset, 'notes').map(
      ({ name, type, description }) => ({ name, type, description: description.slice() }),
    ),
    loads: headers.slice(1, -1),
    data: file.slice(dataOffset, seal.offset),
  };
}

export function assemble(parts: ImageParts): Uint8Array {
  const { data } = parts;
  const crcs = new Uint8Array(4 * chunkCount(data.length));
  for (let k = 0; k < crcs.length / 4; k++) {
    const chunk = data.subarray(k << 20, (k + 1) << 20);
    new DataView(crcs.buffer).setUint32(4 * k, crc32c(chunk), true);
  }
  const id = idOf(parts);
  const sealOf = (offset: number, head: number) =>
    sealNote(parts, writeSeal({ id, offset, size: data.length, head, crcs }));
  const sealSize = sealOf(0, 0).length;
  let dataOffset = 0;
  for (;;) {
    const head = headOf(parts, dataOffset, sealSize);
    if (head.length === dataOffset) {
      parts.alterHead?.(head);
      return join([head, data, sealOf(dataOffset, crc32c(head))]);
    }
    dataOffset = head.length;
  }
}

/** The note of this type; it can be altered. */
export function noteOf(parts: ImageParts, type: number): LooseNote {
  return parts.notes.find((note) => note.type === type) as LooseNote;
}

/** Reads a note, has its value altered and writes it again, without the checks of a whole model. */
export function rewrite<T>(
  parts: ImageParts,
  type: number,
  codec: Codec<T>,
  alter: (value: T) => unknown,
): void {
  const note = noteOf(parts, type);
  const origin = { what: 'note', offset: 0, part: 'notes' } as const;
  const value = codec.read(new CborReader(note.description, origin));
  const writer = new CborWriter();
  codec.write(writer, alter(value) as T);
  note.description = writer.finish();
}

function idOf(parts: ImageParts): Uint8Array {
  const description = noteOf(parts, noteType.image)?.description ?? new Uint8Array(0);
  const at = indexOf(description, [0x62, 0x69, 0x64, 0x50]);
  return at < 0 ? new Uint8Array(16) : description.slice(at + 4, at + 20);
}

function headOf(parts: ImageParts, dataOffset: number, sealSize: number): Uint8Array {
  const { loads, data, keepOffsets = false } = parts;
  const { header, section } = writeElfHeader(loads.length + 2);
  const notesOffset = elfHeaderSize + (loads.length + 2) * programHeaderSize + section.length;
  const notes = parts.notes.map(({ name, type, description }) =>
    writeNote(
      name,
      type,
      type === noteType.image && !keepOffsets
        ? withRanges(description, dataOffset, data.length, sealSize)
        : description,
    ),
  );
  let offset = dataOffset;
  const placed = loads.map((load) => {
    const here = keepOffsets ? load : { ...load, offset };
    offset += load.fileSize;
    return here;
  });
  const headers = [
    noteHeader(notesOffset, totalSize(notes)),
    ...placed,
    noteHeader(dataOffset + data.length, sealSize),
  ];
  const size = Math.ceil((notesOffset + totalSize(notes)) / 4096) * 4096;
  return join([header, writeProgramHeaders(headers), section, ...notes], size);
}

function noteHeader(offset: number, fileSize: number): ProgramHeader {
  return { type: ptNote, flags: 0, offset, fileSize, address: 0n, memorySize: 0n, align: 4n };
}

function sealNote(parts: ImageParts, plain: Uint8Array): Uint8Array {
  const description = parts.alterSeal?.(plain) ?? plain;
  const note = writeNote(noteName, noteType.seal, description);
  const end = 20 + description.length;
  new DataView(note.buffer).setUint32(end - 4, crc32c(note.subarray(0, end - 4)));
  return note;
}

/** The note *image* with these places of data and seal. */
function withRanges(
  description: Uint8Array,
  dataOffset: number,
  dataSize: number,
  sealSize: number,
): Uint8Array {
  const data = indexOf(description, [0x64, 0x64, 0x61, 0x74, 0x61, 0x82]);
  const seal = indexOf(description, [0x64, 0x73, 0x65, 0x61, 0x6c, 0x82]);
  if (data < 0 || seal < 0) return description;
  const writer = new CborWriter();
  writer.shortText('data');
  writer.array(2);
  writer.uint(dataOffset);
  writer.uint(dataSize);
  writer.shortText('seal');
  writer.array(2);
  writer.uint(dataOffset + dataSize);
  writer.uint(sealSize);
  const origin = { what: 'note', offset: 0, part: 'notes' } as const;
  const rest = new CborReader(description.subarray(seal + 5), origin);
  try {
    rest.skip();
  } catch {
    return description; // it was cut off there
  }
  const end = seal + 5 + rest.position;
  return join([description.subarray(0, data), writer.finish(), description.subarray(end)]);
}

export function indexOf(bytes: Uint8Array, wanted: readonly number[], from = 0): number {
  for (let at = from; at + wanted.length <= bytes.length; at++)
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  return -1;
}
