import { invalid } from './cbor/codec.ts';
import { modelProblem } from './check-model.ts';
import { chunkSize, noteName, noteType } from './constants.ts';
import { crc32c } from './crc32c.ts';
import { writeNote } from './elf/notes.ts';
import { encodeHead, join, totalSize } from './encode-head.ts';
import type { ImageModel } from './model.ts';
import type { FileRange } from './notes/image-info.ts';
import { chunkCount, writeSeal } from './notes/seal.ts';
import type { Content } from './tile-regions.ts';

/**
 * Writes an image in the order of the file, piece by piece: the head, each content, the seal.
 * @param contents the memory that the image holds: whole pages, rising, each within one region. The rest of
 * every region becomes segments without bytes.
 * @throws ImageError `invalid` where the model or a content contradicts the format
 */
export function* encodeImageParts(
  model: ImageModel,
  contents: readonly Content[],
): Generator<Uint8Array, void, undefined> {
  const problem = modelProblem(model);
  if (problem !== undefined) throw invalid(problem);
  const size = totalSize(contents.map(({ bytes }) => bytes));
  const crcs = new Uint8Array(4 * chunkCount(size));
  const { id } = model.info;
  const sealSize = encodeSeal(id, { offset: 0, size }, 0, crcs).length;
  const head = encodeHead(model, contents, size, sealSize);
  yield head;
  yield* addingChecksums(contents, new DataView(crcs.buffer));
  yield encodeSeal(id, { offset: head.length, size }, crc32c(head), crcs);
}

/** The image as one array of bytes; take `encodeImageParts` where it may be large. */
export function encodeImage(model: ImageModel, contents: readonly Content[]): Uint8Array {
  return join([...encodeImageParts(model, contents)]);
}

/** Passes the contents on; the checksums are of chunks of the data, whatever contents they cut across. */
function* addingChecksums(contents: readonly Content[], crcs: DataView): Generator<Uint8Array> {
  let done = 0;
  let crc = 0;
  for (const { bytes } of contents) {
    for (let at = 0; at < bytes.length; ) {
      const step = Math.min(bytes.length - at, chunkSize - (done % chunkSize));
      crc = crc32c(bytes.subarray(at, at + step), done % chunkSize === 0 ? 0 : crc);
      crcs.setUint32(4 * Math.floor(done / chunkSize), crc, true);
      at += step;
      done += step;
    }
    yield bytes;
  }
}

function encodeSeal(
  id: Uint8Array,
  { offset, size }: FileRange,
  head: number,
  crcs: Uint8Array,
): Uint8Array {
  const description = writeSeal({ id, offset, size, head, crcs });
  const note = writeNote(noteName, noteType.seal, description);
  // The last four bytes of the description are the checksum of what comes before them.
  const end = note.length - (-description.length & 3);
  new DataView(note.buffer).setUint32(end - 4, crc32c(note.subarray(0, end - 4)));
  return note;
}
