import type { Image, Region } from '@ckpt/format';

/** How many bytes of each region are in the file. */
export function storedBytes(image: Image): ReadonlyMap<Region, number> {
  const stored = new Map<Region, number>();
  for (const segment of image.segments()) {
    stored.set(segment.region, (stored.get(segment.region) ?? 0) + segment.stored);
  }
  return stored;
}
