import { type ByteSource, readExactly } from './byte-source.ts';
import { maxNotesSize, noteName, noteType, pageSize } from './constants.ts';
import { crc32c } from './crc32c.ts';
import {
  type ElfHeader,
  elfHeaderSize,
  pnXnum,
  programHeaderSize,
  readElfHeader,
} from './elf/elf-header.ts';
import { type Note, readNotes } from './elf/notes.ts';
import {
  headerError,
  type ProgramHeaderTable,
  programHeader,
  programHeaderTable,
  ptNote,
} from './elf/program-headers.ts';
import { damaged, ImageError, type ImagePart } from './image-error.ts';
import { maxProgramHeaders } from './limits.ts';
import type { FileRange } from './notes/image-info.ts';

const sectionHeaderSize = 64;

/** What comes before the data, not yet interpreted. */
export interface Head {
  readonly table: ProgramHeaderTable;
  readonly notes: readonly Note[];
  /** Where the notes lie in the file. */
  readonly notesRange: FileRange;
  /** Every byte read so far, in order: up to the end of the notes. */
  readonly pieces: readonly Uint8Array[];
  /** Where the program headers, and the section header where there is one, end. */
  readonly headersEnd: number;
}

/**
 * Reads headers and notes, as far as it takes to know that this is an image of ckpt.
 * @throws ImageError `empty`, `not-an-image`, `wrong-machine`, `truncated`, `damaged`, `too-large`, `io`
 */
export async function readHead(source: ByteSource): Promise<Head> {
  const first = await readExactly(source, 0, Math.min(elfHeaderSize, source.size));
  const elf = readElfHeader(first);
  const count = await countHeaders(source, elf);
  const size = count * programHeaderSize;
  if (count > maxProgramHeaders)
    throw new ImageError('too-large', `${count} program headers`, { part: 'headers' });
  const tableEnd = elfHeaderSize + size;
  const headersEnd = tableEnd + (elf.phnum === pnXnum ? sectionHeaderSize : 0);
  requireSize(source, headersEnd, 'headers');
  const headers = await readExactly(source, elfHeaderSize, headersEnd - elfHeaderSize);
  const table = programHeaderTable(headers.subarray(0, size));
  const notesHeader = count > 0 ? programHeader(table, 0) : undefined;
  if (notesHeader?.type !== ptNote) throw foreign();
  const notesRange = { offset: notesHeader.offset, size: notesHeader.fileSize };
  if (notesRange.size > maxNotesSize)
    throw new ImageError('too-large', `${notesRange.size} bytes of notes`, { part: 'notes' });
  requireSize(source, notesRange.offset + notesRange.size, 'notes');
  const bytes = await readExactly(source, notesRange.offset, notesRange.size);
  const notes = readNotes(bytes, notesRange.offset, 'notes');
  if (!notes.some(({ name, type }) => name === noteName && type === noteType.image))
    throw foreign();
  return { table, notes, notesRange, pieces: [first, headers, bytes], headersEnd };
}

/** Where data and seal lie, and the checksum of all that comes before the data. */
export interface Layout {
  readonly data: FileRange;
  readonly seal: FileRange;
  readonly headCrc: number;
}

/**
 * Checks that every part lies where the format says.
 * @throws ImageError `damaged`, `truncated` where the file ends before its seal
 */
export async function readLayout(source: ByteSource, head: Head): Promise<Layout> {
  const { table, notesRange, headersEnd } = head;
  const last = table.count - 1;
  if (notesRange.offset !== headersEnd)
    throw headerError(0, 'notes not directly after the headers');
  const notesEnd = notesRange.offset + notesRange.size;
  const dataOffset = Math.ceil(notesEnd / pageSize) * pageSize;
  const seal = programHeader(table, last);
  if (last < 1 || seal.type !== ptNote) throw headerError(last, 'is no seal');
  if (seal.offset < dataOffset) throw headerError(last, 'seal before the data');
  const sealEnd = seal.offset + seal.fileSize;
  if (source.size < sealEnd) {
    const part = source.size < dataOffset ? 'notes' : source.size < seal.offset ? 'data' : 'seal';
    throw cut(source.size, part, `; its seal ends at byte ${sealEnd}: cut off, or never finished`);
  }
  if (source.size > sealEnd)
    throw damaged(`${source.size - sealEnd} bytes after the seal`, sealEnd, 'seal');
  const padding = await readExactly(source, notesEnd, dataOffset - notesEnd);
  const headCrc = [...head.pieces, padding].reduce((crc, piece) => crc32c(piece, crc), 0);
  return {
    data: { offset: dataOffset, size: seal.offset - dataOffset },
    seal: { offset: seal.offset, size: seal.fileSize },
    headCrc,
  };
}

async function countHeaders(source: ByteSource, elf: ElfHeader): Promise<number> {
  if (elf.phoff !== BigInt(elfHeaderSize) || elf.phentsize !== programHeaderSize) {
    throw damaged('ELF header: program headers not directly after it', 32, 'headers');
  }
  if (elf.phnum !== pnXnum) return elf.phnum;
  if (elf.shoff > BigInt(source.size)) throw cut(source.size, 'headers');
  requireSize(source, Number(elf.shoff) + sectionHeaderSize, 'headers');
  const section = await readExactly(source, Number(elf.shoff), sectionHeaderSize);
  const count = new DataView(section.buffer, section.byteOffset).getUint32(44, true);
  if (count < pnXnum || Number(elf.shoff) !== elfHeaderSize + count * programHeaderSize) {
    throw damaged(
      'ELF header: section header not directly after the program headers',
      40,
      'headers',
    );
  }
  return count;
}

function requireSize(source: ByteSource, size: number, part: ImagePart): void {
  if (source.size < size) throw cut(source.size, part);
}

function cut(size: number, part: ImagePart, more = ''): ImageError {
  return new ImageError('truncated', `ends at byte ${size}, in the ${part}${more}`, {
    offset: size,
    part,
  });
}

function foreign(): ImageError {
  return new ImageError(
    'not-an-image',
    'is a core file, but none that ckpt wrote: it has no CKPT note',
  );
}
