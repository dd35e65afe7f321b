import { invalid } from './cbor/codec.ts';
import { pageSize } from './constants.ts';
import { type ProgramHeader, ptLoad } from './elf/program-headers.ts';
import type { Region } from './notes/regions.ts';
import { protFlags } from './segments.ts';

/** Memory that an image holds: whole pages within one region. */
export interface Content {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/**
 * The PT_LOADs of an image: one for each content, one for each gap between them.
 * @param dataOffset where the first content lies in the file
 * @throws ImageError `invalid` where a content is empty, in no region, not of whole pages, or out of order
 */
export function tileRegions(
  regions: readonly Region[],
  contents: readonly Content[],
  dataOffset: number,
): ProgramHeader[] {
  const loads: ProgramHeader[] = [];
  let next = 0;
  let offset = dataOffset;
  const add = (region: Region, address: bigint, end: bigint, fileSize: number) => {
    if (address === end) return;
    const memorySize = end - address;
    const flags = protFlags(region.prot);
    loads.push({
      type: ptLoad,
      flags,
      offset,
      fileSize,
      address,
      memorySize,
      align: BigInt(pageSize),
    });
    offset += fileSize;
  };
  for (const region of regions) {
    if (region.kind === 'vsyscall') continue;
    let at = region.start;
    for (let content = contents[next]; content !== undefined; content = contents[++next]) {
      const end = content.address + BigInt(content.bytes.length);
      if (content.address < at || end > region.end) break;
      if (content.bytes.length === 0 || (content.address | end) % BigInt(pageSize) !== 0n) break;
      add(region, at, content.address, 0);
      add(region, content.address, end, content.bytes.length);
      at = end;
    }
    add(region, at, region.end, 0);
  }
  const left = contents[next];
  if (left === undefined) return loads;
  throw invalid(
    `${left.bytes.length} bytes at 0x${left.address.toString(16)} are not pages of one region, in order`,
  );
}
