// The ELF header, and the program headers of notes and seal.
import { collect, type Mutant, patchHead } from './mutant.ts';

const { list, refuse } = collect();
export const headerMutants: readonly Mutant[] = list;

refuse(
  'another EI_VERSION',
  patchHead((view) => view.setUint8(6, 2)),
);
refuse(
  'another size of program headers',
  patchHead((view) => view.setUint16(54, 55, true)),
);
refuse(
  'program headers elsewhere',
  patchHead((view) => view.setBigUint64(32, 120n, true)),
);
refuse(
  'no program headers',
  patchHead((view) => view.setUint16(56, 0, true)),
);
refuse(
  'one program header',
  patchHead((view) => view.setUint16(56, 1, true)),
);
refuse(
  'a number of headers elsewhere',
  patchHead((view) => view.setUint16(56, 0xffff, true)),
);
refuse(
  'fewer program headers',
  patchHead((view) => view.setUint16(56, 4, true)),
);
refuse(
  'more program headers',
  patchHead((view) => view.setUint16(56, 300, true)),
);
refuse(
  'a section header at the end of all numbers',
  patchHead((view) => {
    view.setUint16(56, 0xffff, true);
    view.setBigUint64(40, (1n << 64n) - 1n, true);
  }),
);
for (const [what, at] of Object.entries({ p_type: 0, p_offset: 8, p_filesz: 32 })) {
  for (const value of [0n, 1n, 0xffff_ffffn, 1n << 53n, 1n << 62n, (1n << 64n) - 4096n]) {
    const edit = (from: number) => (view: DataView) =>
      what === 'p_type'
        ? view.setUint32(from + at, Number(value & 0xffff_ffffn), true)
        : view.setBigUint64(from + at, value, true);
    refuse(`${what} ${value} of the notes`, patchHead(edit(64)));
    refuse(
      `${what} ${value} of the seal`,
      patchHead((view) => edit(64 + 56 * (view.getUint16(56, true) - 1))(view)),
    );
  }
}
