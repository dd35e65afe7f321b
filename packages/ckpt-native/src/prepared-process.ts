/** A process that can be checkpointed: it has libckpt inside. */
export interface PreparedProcess {
  readonly pid: number;
  /** The name of its main thread. */
  readonly name: string;
  /** The words of its command line. */
  readonly command: readonly string[];
  /** Default image file. */
  readonly image: string;
  /** Number of the signal by which it saves itself; 0: none. */
  readonly signal: number;
  /** PID of a snapshot that is being written now. */
  readonly writing?: number;
}
