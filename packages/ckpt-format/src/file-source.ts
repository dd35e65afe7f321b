import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type ByteSource, reasonOf } from './byte-source.ts';
import { ImageError } from './image-error.ts';

/** An open file; close it when done (`await using` does). */
export interface FileSource extends ByteSource {
  readonly name: string;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens an image file. Its size is that of this moment.
 * @throws ImageError `io` where it cannot be opened (`cause` has the errno), `not-an-image` where it is no regular file.
 */
export async function fromFile(path: string): Promise<FileSource> {
  let handle: FileHandle | undefined;
  try {
    // O_NONBLOCK: a named pipe must be refused, not waited for.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) {
      const what = stat.isDirectory() ? 'a directory' : 'no regular file';
      throw new ImageError('not-an-image', `is ${what}, not a checkpoint image`, { path });
    }
    return fileSource(path, handle, stat.size);
  } catch (cause) {
    await handle?.close();
    if (cause instanceof ImageError) throw cause;
    throw new ImageError('io', `cannot be opened: ${reasonOf(cause)}`, { path, cause });
  }
}

function fileSource(name: string, handle: FileHandle, size: number): FileSource {
  const close = () => handle.close();
  return {
    name,
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
