export { type FileSource, fromFile } from './file-source.ts';
