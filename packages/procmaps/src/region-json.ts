import { permissionText } from './permission-text.ts';
import type { Region } from './region.ts';
import type { RegionKind } from './region-kind.ts';
import type { SmapsDetails, SmapsRegion, SmapsSizes, SmapsValues } from './smaps-region.ts';

/** A region for JSON: addresses and offsets as `0x…`, the inode as decimal digits. */
export interface RegionJson {
  readonly start: string;
  readonly end: string;
  /** `rwxp` or `rwxs`, with `-` for what is missing. */
  readonly permissions: string;
  readonly offset: string;
  /** `major:minor`, hexadecimal as the kernel prints it. */
  readonly device: string;
  readonly inode: string;
  readonly kind: RegionKind;
  readonly name: string;
  readonly path?: string;
  readonly label?: string;
}

export interface SmapsRegionJson extends RegionJson {
  readonly sizes: SmapsSizes;
  readonly values: SmapsValues;
  readonly flags?: readonly string[];
}

/** What `procmaps --json` prints for a region. */
export function regionToJson(region: SmapsRegion): SmapsRegionJson;
export function regionToJson(region: Region): RegionJson;
export function regionToJson(region: Region & Partial<SmapsDetails>): RegionJson {
  const { path, label, sizes, values, flags } = region;
  return {
    start: hex(region.start),
    end: hex(region.end),
    permissions: permissionText(region),
    offset: hex(region.offset),
    device: `${hexByte(region.major)}:${hexByte(region.minor)}`,
    inode: String(region.inode),
    kind: region.kind,
    name: region.name,
    ...(path === undefined ? {} : { path }),
    ...(label === undefined ? {} : { label }),
    ...(sizes === undefined ? {} : { sizes, values }),
    ...(flags === undefined ? {} : { flags }),
  };
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
