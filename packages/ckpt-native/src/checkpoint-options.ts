/** Where a checkpoint is. The program stands still from `stopped` to `paused`. */
export type CheckpointProgress =
  | { readonly stage: 'stopped' }
  | { readonly stage: 'paused'; readonly pauseNs: number; readonly threads: number }
  | { readonly stage: 'writing'; readonly done: number; readonly total: number }
  | { readonly stage: 'note'; readonly message: string };

export interface CheckpointOptions {
  /** The image file; default: the one that the program was started with. */
  readonly to?: string;
  /** Kill the program when its image is whole. */
  readonly kill?: boolean;
  /** Save it although some descriptors cannot be saved: they come back closed. */
  readonly force?: boolean;
  /** Leave unchanged pages of files out: smaller, but the files must be there at the restart. */
  readonly lean?: boolean;
  readonly onProgress?: (progress: CheckpointProgress) => void;
  /** Gives up waiting; a snapshot that is being written is given up as well, the program runs on. */
  readonly signal?: AbortSignal;
}

export interface CheckpointResult {
  /** Absolute path. */
  readonly image: string;
  /** Of the file, in bytes. */
  readonly size: number;
  readonly threads: number;
  /** How long the program stood still. */
  readonly pauseNs: number;
  /** From the call to the whole image. */
  readonly elapsedMs: number;
}
