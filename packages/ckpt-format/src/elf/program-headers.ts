import { damaged, type ImageError } from '../image-error.ts';
import { elfHeaderSize, programHeaderSize } from './elf-header.ts';

export const ptLoad = 1;
export const ptNote = 4;

/** One program header. */
export interface ProgramHeader {
  readonly type: number;
  /** PF_X 1, PF_W 2, PF_R 4. */
  readonly flags: number;
  /** Where its bytes begin in the file, and how many there are. */
  readonly offset: number;
  readonly fileSize: number;
  readonly address: bigint;
  readonly memorySize: bigint;
  readonly align: bigint;
}

/**
 * The program headers as they lie in the file: an image may have millions, and an object for each would cost
 * ten times their size.
 */
export interface ProgramHeaderTable {
  readonly count: number;
  readonly view: DataView;
}

export function programHeaderTable(bytes: Uint8Array): ProgramHeaderTable {
  return {
    count: bytes.length / programHeaderSize,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  };
}

/** Header `index`. @throws ImageError `damaged` where its place in the file is no number below 2^53 */
export function programHeader(table: ProgramHeaderTable, index: number): ProgramHeader {
  const { view } = table;
  const at = index * programHeaderSize;
  const offset = view.getBigUint64(at + 8, true);
  const fileSize = view.getBigUint64(at + 32, true);
  if (offset + fileSize >= 1n << 53n) throw headerError(index, 'lies beyond any file');
  return {
    type: view.getUint32(at, true),
    flags: view.getUint32(at + 4, true),
    offset: Number(offset),
    address: view.getBigUint64(at + 16, true),
    fileSize: Number(fileSize),
    memorySize: view.getBigUint64(at + 40, true),
    align: view.getBigUint64(at + 48, true),
  };
}

/** `p_vaddr` of header `index`. */
export function headerAddress(table: ProgramHeaderTable, index: number): bigint {
  return table.view.getBigUint64(index * programHeaderSize + 16, true);
}

/** What is wrong with header `index`. */
export function headerError(index: number, detail: string): ImageError {
  const offset = elfHeaderSize + index * programHeaderSize;
  return damaged(`program header ${index}: ${detail}`, offset, 'headers');
}

export function writeProgramHeaders(headers: readonly ProgramHeader[]): Uint8Array {
  const bytes = new Uint8Array(headers.length * programHeaderSize);
  const view = new DataView(bytes.buffer);
  headers.forEach((header, i) => {
    const at = i * programHeaderSize;
    view.setUint32(at, header.type, true);
    view.setUint32(at + 4, header.flags, true);
    view.setBigUint64(at + 8, BigInt(header.offset), true);
    view.setBigUint64(at + 16, header.address, true);
    view.setBigUint64(at + 32, BigInt(header.fileSize), true);
    view.setBigUint64(at + 40, header.memorySize, true);
    view.setBigUint64(at + 48, header.align, true);
  });
  return bytes;
}
