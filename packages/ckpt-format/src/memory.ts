import { type ByteSource, readExactly } from './byte-source.ts';
import { regionFlag } from './constants.ts';
import type { ProgramHeaderTable } from './elf/program-headers.ts';
import { ImageError, type NoMemoryReason } from './image-error.ts';
import type { Library } from './notes/process.ts';
import type { Region } from './notes/regions.ts';
import { headerBelow, type Segment, segmentAt } from './segments.ts';

/** The memory of the process as the image holds it. */
export interface Memory {
  /**
   * The bytes [address, address + length), from the data of the image; zeros where the memory was never
   * touched. Their checksum is not looked at: `verify` does that.
   * @throws ImageError `no-memory` with the first missing address and a reason; `io`, `truncated`, `invalid`
   */
  read(address: bigint, length: number): Promise<Uint8Array>;
}

/** What memory is read from. */
export interface MemoryFacts {
  readonly source: ByteSource;
  readonly table: ProgramHeaderTable;
  readonly regions: readonly Region[];
  readonly library: Library | undefined;
}

/** A part of a read, and where it comes from; without `offset` it is zeros. */
interface Piece {
  readonly at: number;
  readonly size: number;
  readonly offset?: number;
}

/** See `Memory.read`. */
export async function readMemory(
  facts: MemoryFacts,
  address: bigint,
  length: number,
): Promise<Uint8Array> {
  if (!Number.isSafeInteger(length) || length < 0 || address < 0n) {
    throw new ImageError('invalid', `cannot read ${length} bytes of memory at ${address}`);
  }
  const pieces = plan(facts, address, length);
  const bytes = new Uint8Array(length);
  for (const { at, size, offset } of pieces) {
    if (offset !== undefined) bytes.set(await readExactly(facts.source, offset, size), at);
  }
  return bytes;
}

function plan(facts: MemoryFacts, address: bigint, length: number): Piece[] {
  const { table, regions } = facts;
  const end = address + BigInt(length);
  const pieces: Piece[] = [];
  let next = address;
  for (let index = headerBelow(table, address); next < end; index++) {
    const found = index >= 1 && index < table.count - 1;
    const segment = found ? segmentAt(table, index, regions) : undefined;
    if (segment === undefined || next < segment.start || next >= segment.end)
      throw unmapped(facts, next);
    const size = Number((end < segment.end ? end : segment.end) - next);
    const at = Number(next - address);
    if (segment.stored > 0) {
      pieces.push({ at, size, offset: segment.offset + Number(next - segment.start) });
    } else {
      const reason = whyNotStored(segment, facts.library);
      if (reason !== undefined) throw noMemory(next, reason, segment.region);
      pieces.push({ at, size });
    }
    next += BigInt(size);
  }
  return pieces;
}

/** Why a segment without bytes is not simply zeros. */
function whyNotStored(segment: Segment, library: Library | undefined): NoMemoryReason | undefined {
  const { kind, flags } = segment.region;
  if (library !== undefined) {
    const { scratch, scratchSize } = library;
    if (segment.start < scratch + BigInt(scratchSize) && scratch < segment.end) return 'scratch';
  }
  if ((flags & regionFlag.wipeonfork) !== 0) return 'wiped';
  if (kind === 'anon' || kind === 'heap' || kind === 'stack') return undefined;
  if (kind === 'file') return (flags & regionFlag.content) !== 0 ? undefined : 'file';
  return 'kernel';
}

function unmapped(facts: MemoryFacts, address: bigint): ImageError {
  const region = facts.regions.find(({ start, end }) => start <= address && address < end);
  return region === undefined ? noMemory(address, 'unmapped') : noMemory(address, 'kernel', region);
}

function noMemory(address: bigint, reason: NoMemoryReason, region?: Region): ImageError {
  const why: Readonly<Record<NoMemoryReason, string>> = {
    unmapped: 'no region is there',
    file: 'it comes from a mapped file',
    kernel: `it belongs to the kernel (${region?.kind})`,
    scratch: 'it is the working memory of ckpt',
    wiped: 'it is never saved (MADV_WIPEONFORK)',
  };
  return new ImageError(
    'no-memory',
    `memory at 0x${address.toString(16)} is not in the image: ${why[reason]}`,
    {
      address,
      reason,
    },
  );
}
