import type { RegionFields } from './region.ts';

/** The permissions as the kernel prints them: `r-xp`. */
export function permissionText(region: RegionFields): string {
  return (
    (region.read ? 'r' : '-') +
    (region.write ? 'w' : '-') +
    (region.execute ? 'x' : '-') +
    (region.shared ? 's' : 'p')
  );
}
