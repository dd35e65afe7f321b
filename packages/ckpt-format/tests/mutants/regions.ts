// Regions.
import { maxPath, noteType } from '../../src/constants.ts';
import type { Region } from '../../src/index.ts';
import { regionsNote } from '../../src/notes/regions.ts';
import { type ImageParts, indexOf, noteOf, rewrite } from '../image-assembly.ts';
import { bytes, pattern } from '../sample-image.ts';
import { collect, type Mutant } from './mutant.ts';

const { list, accept, refuse } = collect();
export const regionMutants: readonly Mutant[] = list;

const regions = (alter: (all: Region[]) => unknown) => (parts: ImageParts) =>
  rewrite(parts, noteType.regions, regionsNote, (all) => alter([...all]));
const oneRegion = (change: (region: Region) => Partial<Region>) =>
  regions(([first, ...rest]) => [{ ...first, ...change(first as Region) }, ...rest]);

refuse(
  'no region',
  regions(() => []),
);
refuse(
  'regions that changed places',
  regions(([a, b, ...rest]) => [b, a, ...rest]),
);
refuse(
  'a region twice',
  regions(([a, ...rest]) => [a, a, ...rest]),
);
refuse(
  'a region that overlaps the next',
  regions(([a, b, ...rest]) => [{ ...a, end: (b as Region).start + 4096n }, b, ...rest]),
);
refuse(
  'an empty region',
  oneRegion(({ start }) => ({ end: start })),
);
refuse(
  'a region that ends before it begins',
  oneRegion(({ start }) => ({ end: start - 4096n })),
);
refuse(
  'a region of half a page',
  oneRegion(({ end }) => ({ end: end - 2048n })),
);
refuse(
  'a region in the middle of a page of its file',
  oneRegion(() => ({ offset: 100n })),
);
refuse(
  'a region with unknown rights',
  oneRegion(() => ({ prot: 8 })),
);
refuse(
  'a region with other rights than its segment',
  oneRegion(() => ({ prot: 7 })),
);
refuse('a region with a NUL in its name', (parts) => {
  const { description } = noteOf(parts, noteType.regions);
  description[indexOf(description, [...bytes('counting')])] = 0;
});
accept(
  'a region with a long name',
  oneRegion(() => ({ name: pattern(maxPath - 1).map((b) => b | 1) })),
);
accept(
  'a region with control characters in its name',
  oneRegion(() => ({ name: bytes('\x1b[2J\n\r\x7f') })),
);
refuse('a region of an unknown kind', (parts) => {
  const note = noteOf(parts, noteType.regions);
  note.description[indexOf(note.description, [0x64, ...bytes('file')]) + 1] = 0x78;
});
