/** What a command ends with, beside the status of the program that it ran. As of env(1) and timeout(1). */
export const exitStatus = {
  /** A wrong option or argument. */
  usage: 2,
  /** ckpt itself could not do it. */
  failed: 125,
  /** The program is there but cannot be started. */
  notExecutable: 126,
  /** The program is not there. */
  notFound: 127,
} as const;
