// PT_LOADs.
import type { ProgramHeader } from '../../src/elf/program-headers.ts';
import type { ImageParts } from '../image-assembly.ts';
import { collect, type Mutant } from './mutant.ts';

const { list, refuse } = collect();
export const loadMutants: readonly Mutant[] = list;

const loads = (edit: (loads: ProgramHeader[]) => ProgramHeader[]) => (parts: ImageParts) => {
  parts.loads = edit(parts.loads);
};
const oneLoad = (index: number, change: (load: ProgramHeader) => Partial<ProgramHeader>) =>
  loads((all) => all.map((load, i) => (i === index ? { ...load, ...change(load) } : load)));

refuse(
  'no segments',
  loads(() => []),
);
refuse(
  'segments in another order',
  loads(([a, b, ...rest]) => [b, a, ...rest] as ProgramHeader[]),
);
refuse(
  'all segments reversed',
  loads((all) => all.toReversed()),
);
refuse(
  'a segment twice',
  loads(([a, ...rest]) => [a, a, ...rest] as ProgramHeader[]),
);
refuse(
  'a segment is missing',
  loads((all) => all.slice(1)),
);
refuse(
  'the last segment is missing',
  loads((all) => all.slice(0, -1)),
);
refuse(
  'a segment of another type',
  oneLoad(1, () => ({ type: 2 })),
);
refuse(
  'a segment with other rights',
  oneLoad(1, ({ flags }) => ({ flags: flags ^ 1 })),
);
refuse(
  'a segment with unknown rights',
  oneLoad(1, ({ flags }) => ({ flags: flags | 0x100 })),
);
refuse(
  'a segment aligned to a byte',
  oneLoad(1, () => ({ align: 1n })),
);
refuse(
  'an empty segment',
  oneLoad(1, () => ({ memorySize: 0n })),
);
refuse(
  'a segment of a byte',
  oneLoad(1, () => ({ memorySize: 1n })),
);
refuse(
  'a segment as large as all memory',
  oneLoad(1, () => ({ memorySize: -4096n & (2n ** 64n - 1n) })),
);
refuse(
  'a segment that overlaps the next',
  oneLoad(1, (l) => ({ memorySize: l.memorySize + 4096n })),
);
refuse(
  'a segment that leaves a gap',
  oneLoad(1, ({ address }) => ({ address: address + 4096n })),
);
refuse(
  'a segment stored in part',
  oneLoad(4, () => ({ fileSize: 4096 })),
);
refuse(
  'segments with more bytes than there are',
  loads((all) => all.map((l) => ({ ...l, fileSize: Number(l.memorySize) }))),
);
refuse(
  'segments with fewer bytes',
  loads((all) => all.map((l) => ({ ...l, fileSize: 0 }))),
);
refuse(
  'a segment with bytes beyond any file',
  oneLoad(2, () => ({ fileSize: 2 ** 52 })),
);
refuse('segments whose bytes lie nowhere', (parts) => {
  parts.keepOffsets = true;
  parts.loads = parts.loads.map((load) => ({ ...load, offset: load.offset + 4096 }));
});
refuse('segments whose bytes overlap', (parts) => {
  parts.keepOffsets = true;
  parts.loads = parts.loads.map((load) => ({ ...load, offset: parts.loads[0]?.offset ?? 0 }));
});
