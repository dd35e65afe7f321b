import { type ByteSource, readExactly } from './byte-source.ts';
import { CborReader } from './cbor/cbor-reader.ts';
import { imageVersion, noteName, noteType, pageSize } from './constants.ts';
import { crc32c } from './crc32c.ts';
import { type Note, readNotes } from './elf/notes.ts';
import { damaged, ImageError, namingErrors } from './image-error.ts';
import { maxSealSize } from './limits.ts';
import { type Memory, readMemory } from './memory.ts';
import type { ImageModel } from './model.ts';
import { type FileRange, type ImageNote, machineName, versionOnly } from './notes/image-info.ts';
import { readSeal, type Seal } from './notes/seal.ts';
import { readHead, readLayout } from './read-head.ts';
import { readModel } from './read-model.ts';
import { checkSegments, type Segment, segmentAt } from './segments.ts';
import { toText } from './text.ts';
import { type VerifyOptions, type VerifyReport, verifyData } from './verify.ts';

/** An open image. It reads from its source as long as it is used. */
export interface Image extends ImageModel {
  /** Name of the source: the path. */
  readonly name: string | undefined;
  /** Bytes of the file. */
  readonly size: number;
  readonly info: ImageNote;
  readonly seal: Seal;
  /** How many segments there are: one PT_LOAD each. */
  readonly segmentCount: number;
  /** The segments in rising order of address; made one by one, for there may be millions. */
  segments(): Iterable<Segment>;
  readonly memory: Memory;
  /**
   * Compares all data with its checksums; headers, notes and seal were compared when the image was opened.
   * @throws ImageError `io`, `truncated` where the source cannot be read
   */
  verify(options?: VerifyOptions): Promise<VerifyReport>;
}

/**
 * Opens an image: reads all but the data, and checks headers, notes and seal with their checksums.
 * @throws ImageError with any code but `no-memory` and `invalid`
 */
export function openImage(source: ByteSource): Promise<Image> {
  return namingErrors(source.name, () => open(source));
}

async function open(source: ByteSource): Promise<Image> {
  const head = await readHead(source);
  checkVersion(head.notes);
  const layout = await readLayout(source, head);
  const seal = await readSealPart(source, layout.seal);
  if (seal.head !== layout.headCrc) {
    throw damaged('headers or notes are not what was written', 0, 'headers');
  }
  const model = readModel(head.notes);
  const { info, regions, process } = model;
  const same = seal.id.every((byte, i) => byte === info.id[i]);
  if (!same) throw damaged('the seal is of another image', layout.seal.offset, 'seal');
  checkLayout(info, layout.data, layout.seal, seal);
  const { table } = head;
  checkSegments(table, regions, layout.data);
  const memoryFacts = { source, table, regions, library: process.library };
  return {
    ...model,
    name: source.name,
    size: source.size,
    seal,
    segmentCount: table.count - 2,
    *segments() {
      for (let i = 1; i < table.count - 1; i++) yield segmentAt(table, i, regions);
    },
    memory: {
      read: (address, length) =>
        namingErrors(source.name, () => readMemory(memoryFacts, address, length)),
    },
    verify: (options = {}) =>
      namingErrors(source.name, () => verifyData({ source, table, regions, seal }, options)),
  };
}

/** A later version may have changed anything else, so this comes before all other checks. */
function checkVersion(notes: readonly Note[]): void {
  const note = notes.find(({ name, type }) => name === noteName && type === noteType.image) as Note;
  const origin = { what: 'note image', offset: note.offset, part: 'notes' } as const;
  const { version } = versionOnly.read(new CborReader(note.description, origin));
  if (version !== imageVersion) {
    throw new ImageError(
      'unsupported-version',
      `is an image of format version ${version ?? 'unknown'}; version ${imageVersion} is known here`,
      { offset: note.offset, part: 'notes' },
    );
  }
}

async function readSealPart(source: ByteSource, range: FileRange): Promise<Seal> {
  if (range.size > maxSealSize)
    throw new ImageError('too-large', `${range.size} bytes of seal`, { part: 'seal' });
  const bytes = await readExactly(source, range.offset, range.size);
  const [note, ...others] = readNotes(bytes, range.offset, 'seal');
  if (note?.name !== noteName || note.type !== noteType.seal || others.length > 0) {
    throw damaged('the last note is not the seal alone', range.offset, 'seal');
  }
  const seal = readSeal(
    new CborReader(note.description, { what: 'note seal', offset: note.offset, part: 'seal' }),
  );
  const covered = note.offset - range.offset + note.description.length - 4;
  if (crc32c(bytes.subarray(0, covered)) !== seal.self) {
    throw damaged('the seal is not what was written', range.offset, 'seal');
  }
  return seal;
}

function checkLayout(info: ImageNote, data: FileRange, seal: FileRange, sealed: Seal): void {
  const machine = toText(info.machine);
  if (machine !== machineName) {
    throw new ImageError(
      'wrong-machine',
      `is an image of ${machine}; only ${machineName} is known`,
    );
  }
  const same = (a: FileRange, b: FileRange) => a.offset === b.offset && a.size === b.size;
  if (info.page !== pageSize) throw damaged(`note image: pages of ${info.page} bytes`, 0, 'notes');
  if (!same(info.data, data) || !same(info.seal, seal)) {
    throw damaged(
      'note image: data or seal are not where the program headers put them',
      0,
      'notes',
    );
  }
  if (!same(sealed, data))
    throw damaged('note seal: data is not where it lies', seal.offset, 'seal');
}
