/**
 * The region that holds an address, or undefined. The regions must be in ascending order, as the
 * kernel gives them; the search is binary.
 */
export function findRegion<R extends { readonly start: bigint; readonly end: bigint }>(
  regions: readonly R[],
  address: bigint,
): R | undefined {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const region = regions[middle];
    if (region === undefined) return undefined;
    if (address < region.start) high = middle;
    else if (address >= region.end) low = middle + 1;
    else return region;
  }
  return undefined;
}
