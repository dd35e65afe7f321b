import { wrongUsage } from './cli-error.ts';

/** A file to write an image to. */
export function parseImageFile(text: string): string {
  if (text === '') throw wrongUsage(`--output '': give the name of a file`);
  if (text === '-') throw wrongUsage('--output -: an image is written to a file; give its name');
  return text;
}
