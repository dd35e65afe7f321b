import type { ByteSource } from './byte-source.ts';
import { ImageError } from './image-error.ts';
import { openImage } from './open-image.ts';
import type { VerifyOptions, VerifyReport } from './verify.ts';

/**
 * Says whether a file is an image, whole and unaltered, and where not. Damage to headers, notes or seal, and a
 * missing end, are the report's one problem: the data can then not be looked at.
 * @throws ImageError `empty`, `not-an-image`, `wrong-machine`, `unsupported-version`, `too-large`, `io`
 */
export async function verifyImage(
  source: ByteSource,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  try {
    const image = await openImage(source);
    return await image.verify(options);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { code, detail: message, part, offset } = error;
    if (code !== 'damaged' && code !== 'truncated') throw error;
    const problem = { code, part, message, ...(offset === undefined ? {} : { offset }) };
    return { ok: false, chunks: 0, damagedChunks: 0, bytes: 0, problems: [problem] };
  }
}
