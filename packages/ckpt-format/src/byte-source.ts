import { ImageError } from './image-error.ts';

/** Where the bytes of an image come from. */
export interface ByteSource {
  /** For messages: the path. */
  readonly name?: string;
  /** Bytes in all. */
  readonly size: number;
  /**
   * The bytes [offset, offset + length); fewer only where the source has become shorter than `size`.
   * May reject with any error: readers turn it into an ImageError with code `io`.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** What `fromBlob` needs of a Blob or File: every browser's, and Node's, has it. */
export interface BlobLike {
  readonly size: number;
  readonly name?: string;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Reads an image that is in memory. The bytes must not change while it is read. */
export function fromBytes(bytes: Uint8Array, name?: string): ByteSource {
  return {
    ...(name === undefined ? {} : { name }),
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/** Reads a Blob or File piece by piece, never as a whole. */
export function fromBlob(blob: BlobLike, name: string | undefined = blob.name): ByteSource {
  return {
    ...(name === undefined ? {} : { name }),
    size: blob.size,
    read: async (offset, length) =>
      new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

/**
 * Exactly `length` bytes.
 * @throws ImageError `io` where the source fails, `truncated` where it has become shorter.
 */
export async function readExactly(
  source: ByteSource,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await source.read(offset, length);
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    throw new ImageError('io', `cannot read byte ${offset} on: ${reasonOf(cause)}`, {
      path: source.name,
      offset,
      cause,
    });
  }
  if (bytes.length !== length) {
    throw new ImageError('truncated', `ends at byte ${offset + bytes.length} while it is read`, {
      path: source.name,
      offset: offset + bytes.length,
    });
  }
  return bytes;
}

/** What went wrong, without the code, call and path that Node puts around it: "no such file or directory". */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/^[A-Z]\w+: (.*), \w+( '.*')?$/s, '$1');
}
