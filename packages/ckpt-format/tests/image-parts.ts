import { expect } from 'vitest';
import {
  fromBytes,
  type Image,
  type ImageError,
  type ImageModel,
  openImage,
} from '../src/index.ts';

/** What a writer chose of an image: what `encodeImage` takes. */
export function modelOf(image: Image): ImageModel {
  const { process, regions, threads, descriptors, signals, timers, auxv } = image;
  const { version, machine, page, data, seal, ...info } = image.info;
  return { info, process, regions, threads, descriptors, signals, timers, auxv };
}

/** The error with which a promise rejects; it must be ours and must have one line. */
export async function errorOf(promise: Promise<unknown>): Promise<ImageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'ImageError' });
  const found = error as ImageError;
  expect(found.message).not.toMatch(/\n/);
  return found;
}

/** The error with which these bytes fail to open. */
export function openError(bytes: Uint8Array): Promise<ImageError> {
  return errorOf(openImage(fromBytes(bytes, 'FILE')));
}
