import type { NameMeaning } from './region-kind.ts';

/** The columns of one line, as the kernel prints them: all that is needed to write it again. */
export interface RegionFields {
  /** The first address. */
  readonly start: bigint;
  /** The address after the last. */
  readonly end: bigint;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  /** True for MAP_SHARED (`s`), false for MAP_PRIVATE (`p`, copy on write). */
  readonly shared: boolean;
  /** Where in the file the mapping begins, in bytes. */
  readonly offset: bigint;
  /** Major number of the device that holds the file; 0 without a file. */
  readonly major: number;
  /** Minor number of that device. */
  readonly minor: number;
  /** The file's inode number; 0 without a file. For `sysv`, the segment's id (shmid). */
  readonly inode: bigint;
  /** The last column, exactly as printed: escaped, with ` (deleted)`; empty where there is none. */
  readonly name: string;
}

/** One line of /proc/PID/maps: the columns, and what the name means. */
export interface Region extends RegionFields, NameMeaning {}
