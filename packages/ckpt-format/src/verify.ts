import { type ByteSource, readExactly } from './byte-source.ts';
import { crc32c } from './crc32c.ts';
import type { ProgramHeaderTable } from './elf/program-headers.ts';
import type { ImageErrorCode, ImagePart } from './image-error.ts';
import type { Region } from './notes/regions.ts';
import { chunkCount, chunkCrc, type Seal } from './notes/seal.ts';
import { headerBelowOffset, segmentAt } from './segments.ts';

/** How far a verification is, in bytes of data. */
export interface VerifyProgress {
  readonly done: number;
  readonly total: number;
}

export interface VerifyOptions {
  /** Called before the first chunk and after each. */
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Ends the verification early: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How many problems to describe, 1,000 unless said; all are counted. */
  readonly maxProblems?: number;
}

/** Memory that lies in a damaged part of the file. */
export interface AffectedMemory {
  readonly start: bigint;
  readonly end: bigint;
  readonly region: Region;
}

/** One place where the file is not what was written. */
export interface VerifyProblem {
  readonly code: ImageErrorCode;
  /** Which part of the file; undefined where it is not known. */
  readonly part: ImagePart | undefined;
  /** One line, without the path. */
  readonly message: string;
  /** First byte of the file that is concerned, and how many are; where that is known. */
  readonly offset?: number;
  readonly size?: number;
  /** Only in the data: number of the chunk, and what memory of the process it holds. */
  readonly chunk?: number;
  readonly memory?: readonly AffectedMemory[];
}

export interface VerifyReport {
  /** Whole and unaltered. */
  readonly ok: boolean;
  /** Chunks of data looked at, and how many of them are damaged. */
  readonly chunks: number;
  readonly damagedChunks: number;
  /** Bytes of data looked at. */
  readonly bytes: number;
  readonly problems: readonly VerifyProblem[];
}

/** What is verified: an image whose head and seal are sound already. */
export interface VerifyFacts {
  readonly source: ByteSource;
  readonly table: ProgramHeaderTable;
  readonly regions: readonly Region[];
  readonly seal: Seal;
}

/** Compares every chunk of the data with its checksum; the next is read while one is compared. */
export async function verifyData(
  facts: VerifyFacts,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const { seal, source } = facts;
  const { onProgress, signal, maxProblems = 1000 } = options;
  const chunks = chunkCount(seal.size);
  const problems: VerifyProblem[] = [];
  let damagedChunks = 0;
  const sizeOf = (k: number) => Math.min(seal.chunk, seal.size - k * seal.chunk);
  const read = (k: number) =>
    k < chunks ? readExactly(source, seal.offset + k * seal.chunk, sizeOf(k)) : undefined;
  onProgress?.({ done: 0, total: seal.size });
  let next = read(0);
  for (let k = 0; k < chunks; k++) {
    const bytes = (await next) as Uint8Array;
    signal?.throwIfAborted();
    next = read(k + 1);
    next?.catch(() => undefined); // it is awaited in the next round, if there is one
    if (crc32c(bytes) !== chunkCrc(seal, k)) {
      damagedChunks++;
      if (problems.length < maxProblems) problems.push(chunkProblem(facts, k, sizeOf(k)));
    }
    onProgress?.({ done: k * seal.chunk + bytes.length, total: seal.size });
  }
  return { ok: damagedChunks === 0, chunks, damagedChunks, bytes: seal.size, problems };
}

function chunkProblem(facts: VerifyFacts, chunk: number, size: number): VerifyProblem {
  const offset = facts.seal.offset + chunk * facts.seal.chunk;
  const end = offset + size;
  const message = `chunk ${chunk} (bytes ${offset} to ${end}) is not what was written`;
  const memory = affectedMemory(facts, offset, end);
  return { code: 'damaged', part: 'data', message, offset, size, chunk, memory };
}

/** The memory whose bytes lie in [offset, end) of the file; neighbours of one region are joined. */
function affectedMemory(
  { table, regions }: VerifyFacts,
  offset: number,
  end: number,
): AffectedMemory[] {
  const found: AffectedMemory[] = [];
  let index = headerBelowOffset(table, offset);
  // Segments without bytes have the same offset as the one with bytes before or after them.
  for (; index > 1 && segmentAt(table, index, regions).stored === 0; index--);
  for (; index < table.count - 1; index++) {
    const segment = segmentAt(table, index, regions);
    if (segment.offset >= end) break;
    const from = Math.max(offset, segment.offset);
    const to = Math.min(end, segment.offset + segment.stored);
    if (from >= to) continue;
    const start = segment.start + BigInt(from - segment.offset);
    const piece = { start, end: start + BigInt(to - from), region: segment.region };
    const last = found.at(-1);
    if (last?.end === start && last.region === segment.region)
      found[found.length - 1] = { ...piece, start: last.start };
    else found.push(piece);
  }
  return found;
}
