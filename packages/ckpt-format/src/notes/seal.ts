import type { CborReader } from '../cbor/cbor-reader.ts';
import { CborWriter } from '../cbor/cbor-writer.ts';
import { chunkSize } from '../constants.ts';

/** The last note: what the bytes of the file must be. */
export interface Seal {
  /** That of the image, 16 bytes. */
  readonly id: Uint8Array;
  /** Bytes of a chunk. */
  readonly chunk: number;
  /** Where the data lies in the file. */
  readonly offset: number;
  readonly size: number;
  /** CRC-32C of every byte before the data. */
  readonly head: number;
  /** CRC-32C of each chunk, 4 bytes each, little-endian. */
  readonly crcs: Uint8Array;
  /** CRC-32C of the seal's segment up to this number. */
  readonly self: number;
}

const keys = ['id', 'chunk', 'offset', 'size', 'head', 'crcs', 'self'] as const;

/** How many chunks so many bytes of data have. */
export function chunkCount(dataSize: number): number {
  return Math.ceil(dataSize / chunkSize);
}

/** Checksum of chunk `index` as the seal has it. */
export function chunkCrc(seal: Seal, index: number): number {
  const { buffer, byteOffset, byteLength } = seal.crcs;
  return new DataView(buffer, byteOffset, byteLength).getUint32(4 * index, true);
}

/** Reads the description of the seal, whose keys have an order and whose last number must end it. */
export function readSeal(reader: CborReader): Seal {
  const start = reader.position;
  const found: Record<string, number | Uint8Array> = {};
  let next = 0;
  for (let pairs = reader.map(); pairs > 0; pairs--) {
    const at = reader.position;
    const key = reader.shortText();
    if (key === keys[next]) found[key] = readValue(reader, keys[next++] as (typeof keys)[number]);
    else if ((keys as readonly string[]).includes(key)) {
      throw reader.error(`key "${key}" out of order`, 'damaged', at);
    } else reader.skip();
    if (key === 'self' && pairs > 1) throw reader.error('keys after "self"');
  }
  if (next < keys.length) throw reader.error(`key "${keys[next]}" is missing`, 'damaged', start);
  reader.end();
  const seal = found as unknown as Seal;
  if (seal.id.length !== 16) throw reader.error('id is not 16 bytes', 'damaged', start);
  if (seal.chunk !== chunkSize)
    throw reader.error(`chunks of ${seal.chunk} bytes`, 'damaged', start);
  if (seal.crcs.length !== 4 * chunkCount(seal.size)) {
    throw reader.error('not as many checksums as chunks', 'damaged', start);
  }
  return seal;
}

function readValue(reader: CborReader, key: (typeof keys)[number]): number | Uint8Array {
  if (key === 'id' || key === 'crcs') return reader.byteString();
  if (key === 'chunk') return reader.uint();
  return reader.uintOfBytes(key === 'offset' || key === 'size' ? 8 : 4);
}

/** The description of a seal; its last four bytes are those of `self`, zero here. */
export function writeSeal(seal: Omit<Seal, 'self' | 'chunk'>): Uint8Array {
  const writer = new CborWriter();
  writer.map(keys.length);
  writer.shortText('id');
  writer.byteString(seal.id);
  writer.shortText('chunk');
  writer.uint(chunkSize);
  writer.shortText('offset');
  writer.uintOfBytes(8, seal.offset);
  writer.shortText('size');
  writer.uintOfBytes(8, seal.size);
  writer.shortText('head');
  writer.uintOfBytes(4, seal.head);
  writer.shortText('crcs');
  writer.byteString(seal.crcs);
  writer.shortText('self');
  writer.uintOfBytes(4, 0);
  return writer.finish();
}
