export {
  type BlobLike,
  type ByteSource,
  fromBlob,
  fromBytes,
} from './byte-source.ts';
export {
  chunkSize,
  imageVersion,
  noteName,
  noteType,
  pageSize,
  regionFlag,
  regionProt,
} from './constants.ts';
export type { AuxEntry } from './core/auxv.ts';
export { type RegisterName, type Registers, registerNames } from './core/registers.ts';
export { crc32c } from './crc32c.ts';
export { encodeImage, encodeImageParts } from './encode-image.ts';
export {
  ImageError,
  type ImageErrorCode,
  type ImageErrorFacts,
  type ImagePart,
  type NoMemoryReason,
} from './image-error.ts';
export type { Memory } from './memory.ts';
export type { ImageModel, Thread } from './model.ts';
export type { Descriptor, DescriptorKind } from './notes/descriptors.ts';
export type { FileRange, ImageInfo, ImageNote } from './notes/image-info.ts';
export type { Library, Limit, MemoryBounds, Process } from './notes/process.ts';
export type { Region, RegionKind } from './notes/regions.ts';
export type { Seal } from './notes/seal.ts';
export type { SignalAction, Signals } from './notes/signals.ts';
export type { AlternateStack, RobustList, Rseq, ThreadFacts } from './notes/threads.ts';
export type { IntervalTimer, Timers } from './notes/timers.ts';
export { type Image, openImage } from './open-image.ts';
export type { Segment } from './segments.ts';
export { splitArguments, toText } from './text.ts';
export type { Content } from './tile-regions.ts';
export type {
  AffectedMemory,
  VerifyOptions,
  VerifyProblem,
  VerifyProgress,
  VerifyReport,
} from './verify.ts';
export { verifyImage } from './verify-image.ts';
