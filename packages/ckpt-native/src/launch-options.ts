import type { StdioOptions } from 'node:child_process';

/** What a program that is started in place of this process may be told. */
export interface LaunchHereOptions {
  /** Default image file of its checkpoints; default `mycheckpoint`. Made absolute here and now. */
  readonly image?: string;
  /** Signal by which it saves itself; default SIGUSR2. 'none': no signal is taken from the program. */
  readonly signal?: NodeJS.Signals | number | 'none';
  /** Save it every so many seconds. */
  readonly interval?: number;
  /** Its environment; default: this process's. LD_PRELOAD is extended. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface LaunchOptions extends LaunchHereOptions {
  readonly cwd?: string;
  /** As of node:child_process.spawn. */
  readonly stdio?: StdioOptions;
}
