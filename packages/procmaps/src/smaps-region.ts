import type { Region } from './region.ts';

/**
 * Memory sizes in bytes, under the kernel's own names (it prints kB), in the kernel's order.
 * Any name that the kernel prints is there; those below are known today. Rollups have no `Size`,
 * and are alone in having `Pss_Anon`, `Pss_File` and `Pss_Shmem`.
 */
export interface SmapsSizes {
  readonly Size?: number;
  readonly KernelPageSize?: number;
  readonly MMUPageSize?: number;
  readonly Rss?: number;
  readonly Pss?: number;
  readonly Pss_Dirty?: number;
  readonly Pss_Anon?: number;
  readonly Pss_File?: number;
  readonly Pss_Shmem?: number;
  readonly Shared_Clean?: number;
  readonly Shared_Dirty?: number;
  readonly Private_Clean?: number;
  readonly Private_Dirty?: number;
  readonly Referenced?: number;
  readonly Anonymous?: number;
  readonly KSM?: number;
  readonly LazyFree?: number;
  readonly AnonHugePages?: number;
  readonly ShmemPmdMapped?: number;
  readonly FilePmdMapped?: number;
  readonly Shared_Hugetlb?: number;
  readonly Private_Hugetlb?: number;
  readonly Swap?: number;
  readonly SwapPss?: number;
  readonly Locked?: number;
  readonly [name: string]: number | undefined;
}

/** Numbers that are no sizes: they are printed without kB. */
export interface SmapsValues {
  /** 1 where transparent huge pages may be used, else 0. */
  readonly THPeligible?: number;
  /** The memory protection key (pkeys(7)). */
  readonly ProtectionKey?: number;
  readonly [name: string]: number | undefined;
}

export interface SmapsDetails {
  readonly sizes: SmapsSizes;
  readonly values: SmapsValues;
  /** The two-letter VmFlags (`rd`, `wr`, `dd`, …); undefined where the kernel prints no such line. */
  readonly flags: readonly string[] | undefined;
}

/** One mapping of /proc/PID/smaps, or the whole of /proc/PID/smaps_rollup. */
export interface SmapsRegion extends Region, SmapsDetails {}
