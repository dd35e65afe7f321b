import type { StdioOptions } from 'node:child_process';

/**
 * Process and thread ids of the restarted program: `exact` as they were, `fresh` new ones, `auto` exact where that is
 * possible.
 */
export type PidMode = 'auto' | 'exact' | 'fresh';

export interface RestartHereOptions {
  /** Default `auto`. */
  readonly pids?: PidMode;
}

export interface RestartOptions extends RestartHereOptions {
  /** As of node:child_process.spawn. */
  readonly stdio?: StdioOptions;
}
