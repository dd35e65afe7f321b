// The note "image".
import { noteType } from '../../src/constants.ts';
import { imageNote } from '../../src/notes/image-info.ts';
import { type ImageParts, indexOf, noteOf, rewrite } from '../image-assembly.ts';
import { bytes } from '../sample-image.ts';
import { collect, type Mutant } from './mutant.ts';

const { list, refuse } = collect();
export const imageNoteMutants: readonly Mutant[] = list;

const image = (alter: (note: never) => unknown) => (parts: ImageParts) => {
  rewrite(parts, noteType.image, imageNote, alter as never);
};
for (const version of [0, 2, 23, 24, 0xffff_ffff]) {
  refuse(
    `version ${version}`,
    image((note: object) => ({ ...note, version })),
  );
}
refuse(
  'pages of 16 KiB',
  image((note: object) => ({ ...note, page: 16384 })),
);
refuse(
  'of another machine',
  image((note: object) => ({ ...note, machine: bytes('aarch64') })),
);
for (const key of ['version', 'id', 'time', 'mono', 'kernel', 'cpu', 'engine', 'xinuse', 'page']) {
  refuse(`image without "${key}"`, (parts) => {
    const note = noteOf(parts, noteType.image);
    const at = indexOf(note.description, [0x60 | key.length, ...bytes(key)]);
    note.description[at + 1] = 0x7a;
  });
}
refuse('data and seal elsewhere', (parts) => {
  parts.keepOffsets = true;
  image((note: object) => ({ ...note, data: { offset: 4096, size: 4096 } }))(parts);
});
