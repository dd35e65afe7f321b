export { capabilities } from './capabilities.ts';
export type { Capabilities, Capability } from './capability.ts';
export { checkpoint } from './checkpoint.ts';
export type {
  CheckpointOptions,
  CheckpointProgress,
  CheckpointResult,
} from './checkpoint-options.ts';
export { CkptError, type CkptErrorCode, type CkptErrorFacts } from './ckpt-error.ts';
export { launch } from './launch.ts';
export { launchHere } from './launch-here.ts';
export type { LaunchHereOptions, LaunchOptions } from './launch-options.ts';
export { list } from './list.ts';
export { type Paths, paths } from './paths.ts';
export type { PreparedProcess } from './prepared-process.ts';
export { restart } from './restart.ts';
export { restartHere } from './restart-here.ts';
export type { PidMode, RestartHereOptions, RestartOptions } from './restart-options.ts';
