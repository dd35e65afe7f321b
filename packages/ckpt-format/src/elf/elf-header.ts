import { damaged, ImageError } from '../image-error.ts';

export const elfHeaderSize = 64;
export const programHeaderSize = 56;
/** `e_phnum` where the number of program headers does not fit: it is in the one section header. */
export const pnXnum = 0xffff;

const etCore = 4;
const emX86_64 = 62;
const typeNames: Readonly<Record<number, string>> = {
  1: 'an ELF object file',
  2: 'an ELF executable',
  3: 'an ELF executable or shared library',
};
const machineNames: Readonly<Record<number, string>> = {
  3: 'i386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390',
  40: 'arm',
  183: 'aarch64',
  243: 'riscv',
  258: 'loongarch',
};

/** The fields of an ELF header that an image decides by. Offsets are still unchecked. */
export interface ElfHeader {
  readonly phoff: bigint;
  readonly shoff: bigint;
  readonly phentsize: number;
  readonly phnum: number;
  readonly shentsize: number;
  readonly shnum: number;
}

/**
 * Says by the first bytes (up to 64) of a file whether it can be an image at all, and reads the header.
 * @throws ImageError `empty`, `not-an-image`, `truncated`, `wrong-machine`, `damaged`
 */
export function readElfHeader(bytes: Uint8Array): ElfHeader {
  if (bytes.length === 0) throw new ImageError('empty', 'is empty, not a checkpoint image');
  const magic = [0x7f, 0x45, 0x4c, 0x46];
  if (!magic.slice(0, bytes.length).every((byte, i) => bytes[i] === byte)) {
    const what = bytes.every(isText) ? 'a text file' : 'no ELF file';
    throw new ImageError('not-an-image', `is ${what}, not a checkpoint image`);
  }
  if (bytes.length < elfHeaderSize) {
    throw new ImageError('truncated', `ends at byte ${bytes.length}, in the ELF header`, {
      offset: bytes.length,
      part: 'headers',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = bytes[4] === 1 ? 32 : 64;
  const littleEndian = bytes[5] !== 2;
  const type = view.getUint16(16, littleEndian);
  if (type !== etCore) {
    const what = typeNames[type] ?? `an ELF file of type ${type}`;
    throw new ImageError('not-an-image', `is ${what}, not a checkpoint image`);
  }
  const machine = view.getUint16(18, littleEndian);
  if (machine !== emX86_64 || bytes[4] !== 2 || !littleEndian) {
    const name = machine === emX86_64 ? 'x86_64' : (machineNames[machine] ?? `machine ${machine}`);
    const form = `${bits}-bit ${littleEndian ? 'little' : 'big'}-endian`;
    throw new ImageError(
      'wrong-machine',
      `is a core file of ${name}, ${form}; only x86_64 is known`,
    );
  }
  if (bytes[6] !== 1) throw damaged('ELF header: of another version', 6, 'headers');
  return {
    phoff: view.getBigUint64(32, true),
    shoff: view.getBigUint64(40, true),
    phentsize: view.getUint16(54, true),
    phnum: view.getUint16(56, true),
    shentsize: view.getUint16(58, true),
    shnum: view.getUint16(60, true),
  };
}

/** The ELF header of an image, and after the program headers its section header where there is one. */
export function writeElfHeader(headers: number): { header: Uint8Array; section: Uint8Array } {
  const header = new Uint8Array(elfHeaderSize);
  const view = new DataView(header.buffer);
  const extended = headers >= pnXnum;
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, etCore, true);
  view.setUint16(18, emX86_64, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(32, BigInt(elfHeaderSize), true);
  view.setUint16(52, elfHeaderSize, true);
  view.setUint16(54, programHeaderSize, true);
  view.setUint16(56, extended ? pnXnum : headers, true);
  if (!extended) return { header, section: new Uint8Array(0) };
  view.setBigUint64(40, BigInt(elfHeaderSize + headers * programHeaderSize), true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 1, true);
  const section = new Uint8Array(64);
  const sectionView = new DataView(section.buffer);
  sectionView.setBigUint64(32, 1n, true); // sh_size: number of section headers
  sectionView.setUint32(44, headers, true); // sh_info
  return { header, section };
}

function isText(byte: number): boolean {
  return (byte >= 0x20 && byte !== 0x7f) || (byte >= 0x07 && byte <= 0x0d);
}
