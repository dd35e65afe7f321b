import { cborMutants } from './mutants/cbor.ts';
import { contentMutants } from './mutants/contents.ts';
import { headerMutants } from './mutants/headers.ts';
import { imageNoteMutants } from './mutants/image-note.ts';
import { loadMutants } from './mutants/loads.ts';
import { collect, type Mutant } from './mutants/mutant.ts';
import { noteMutants } from './mutants/notes.ts';
import { regionMutants } from './mutants/regions.ts';
import { sealMutants } from './mutants/seal.ts';

const { list: unaltered, accept } = collect();
accept('unaltered', () => undefined);

export const mutants: readonly Mutant[] = [
  ...unaltered,
  ...headerMutants,
  ...loadMutants,
  ...regionMutants,
  ...contentMutants,
  ...imageNoteMutants,
  ...cborMutants,
  ...noteMutants,
  ...sealMutants,
];
