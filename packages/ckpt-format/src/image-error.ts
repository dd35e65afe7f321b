/**
 * - `empty`: no byte at all.
 * - `not-an-image`: something else: a text, an executable, another program's core file.
 * - `wrong-machine`: of another architecture.
 * - `unsupported-version`: a later version of the format.
 * - `truncated`: the file ends before its seal: cut off, or never finished.
 * - `damaged`: altered bytes, or a file that contradicts itself.
 * - `too-large`: more of something than the format allows.
 * - `no-memory`: the image does not hold the memory asked for; `reason` says why.
 * - `io`: the source could not be read; `cause` says why.
 * - `invalid`: arguments, or a model that cannot be encoded.
 */
export type ImageErrorCode =
  | 'empty'
  | 'not-an-image'
  | 'wrong-machine'
  | 'unsupported-version'
  | 'truncated'
  | 'damaged'
  | 'too-large'
  | 'no-memory'
  | 'io'
  | 'invalid';

/** The parts of an image, in the order of the file. */
export type ImagePart = 'headers' | 'notes' | 'data' | 'seal';

/**
 * Why memory is not in the image: `unmapped`: no region there; `file`: it comes from the mapped file;
 * `kernel`: the kernel's own (vvar, vsyscall …); `scratch`: ckpt's own working memory; `wiped`: a
 * WIPEONFORK region, which is never saved.
 */
export type NoMemoryReason = 'unmapped' | 'file' | 'kernel' | 'scratch' | 'wiped';

/** What an ImageError knows beside its code. */
export interface ImageErrorFacts {
  /** Name of the source, where it has one: the path. */
  readonly path?: string | undefined;
  /** Byte of the file where it was found. */
  readonly offset?: number | undefined;
  readonly part?: ImagePart | undefined;
  /** First address that could not be read (`no-memory`). */
  readonly address?: bigint | undefined;
  /** Only with `no-memory`. */
  readonly reason?: NoMemoryReason | undefined;
  readonly cause?: unknown;
}

/** The one error of this package. The message is one line: the path, then what failed and at which offset. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;
  /** The message without the path. */
  readonly detail: string;
  readonly path: string | undefined;
  readonly offset: number | undefined;
  readonly part: ImagePart | undefined;
  readonly address: bigint | undefined;
  readonly reason: NoMemoryReason | undefined;

  constructor(code: ImageErrorCode, detail: string, facts: ImageErrorFacts = {}) {
    super(
      facts.path === undefined ? detail : `${facts.path}: ${detail}`,
      facts.cause === undefined ? undefined : { cause: facts.cause },
    );
    this.code = code;
    this.detail = detail;
    this.path = facts.path;
    this.offset = facts.offset;
    this.part = facts.part;
    this.address = facts.address;
    this.reason = facts.reason;
  }
}

/** Runs `work`; an ImageError that leaves it without a path gets this one. */
export async function namingErrors<T>(
  path: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (path === undefined || !(error instanceof ImageError) || error.path !== undefined)
      throw error;
    const { code, detail, offset, part, address, reason, cause } = error;
    throw new ImageError(code, detail, { path, offset, part, address, reason, cause });
  }
}

/** A `damaged` error at a byte of the file. */
export function damaged(detail: string, offset: number, part: ImagePart): ImageError {
  return new ImageError('damaged', `${detail} (at byte ${offset})`, { offset, part });
}
