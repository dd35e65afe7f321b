// CBOR, in every note.
import { noteType } from '../../src/constants.ts';
import { join } from '../../src/encode-head.ts';
import { type ImageParts, noteOf } from '../image-assembly.ts';
import { bytes } from '../sample-image.ts';
import { collect, type Mutant } from './mutant.ts';

const { list, accept, refuse } = collect();
export const cborMutants: readonly Mutant[] = list;

const cborTypes = Object.entries(noteType).filter(([name]) => name !== 'seal');

/** The note with one more item at its end, or, where it is a map, one more pair. */
const added = (type: number, item: readonly number[]) => (parts: ImageParts) => {
  const note = noteOf(parts, type);
  const [head = 0, ...rest] = note.description;
  const first = head >> 5 === 5 && (head & 31) < 23 ? [head + 1] : [head];
  note.description = Uint8Array.from([...first, ...rest, 0x62, 0x7a, 0x7a, ...item]);
};
const deep = (depth: number, byte: number[]) => [...Array(depth).fill(byte).flat(), 1];
for (const [name, type] of cborTypes) {
  const map =
    type !== noteType.regions && type !== noteType.threads && type !== noteType.descriptors;
  refuse(`${name}: bytes behind it`, (parts) => {
    noteOf(parts, type).description = join([noteOf(parts, type).description, Uint8Array.of(0)]);
  });
  refuse(`${name}: empty`, (parts) => {
    noteOf(parts, type).description = new Uint8Array(0);
  });
  refuse(`${name}: cut off`, (parts) => {
    noteOf(parts, type).description = noteOf(parts, type).description.slice(0, -1);
  });
  for (const head of [0x9a, 0xba, 0x5a, 0x7a, 0x9b, 0xbb, 0x5b, 0x9f, 0xbf, 0xc0, 0x1c, 0xff]) {
    refuse(`${name}: begins with 0x${head.toString(16)} and ones`, (parts) => {
      const { description } = noteOf(parts, type);
      description.set(Uint8Array.of(head, ...Array(8).fill(0xff)).subarray(0, description.length));
    });
  }
  refuse(`${name}: gone`, (parts) => {
    parts.notes = parts.notes.filter((note) => note.type !== type);
  });
  refuse(`${name}: twice`, (parts) => {
    parts.notes = parts.notes.flatMap((note) => (note.type === type ? [note, note] : [note]));
  });
  if (!map) continue;
  accept(`${name}: an unknown key`, added(type, [1]));
  accept(`${name}: an unknown key with a float`, added(type, [0xfb, 1, 2, 3, 4, 5, 6, 7, 8]));
  accept(`${name}: an unknown key with a short float`, added(type, [0xf9, 0, 0]));
  accept(`${name}: an unknown key with null`, added(type, [0xf6]));
  accept(`${name}: an unknown key with undefined`, added(type, [0xf7]));
  accept(
    `${name}: an unknown key with a negative number`,
    added(type, [0x3b, ...Array(8).fill(0xff)]),
  );
  accept(`${name}: an unknown key, 16 deep`, added(type, deep(16, [0x81])));
  refuse(`${name}: an unknown key, 17 deep`, added(type, deep(17, [0x81])));
  refuse(`${name}: an unknown key, 50,000 deep`, added(type, deep(50_000, [0x81])));
  refuse(`${name}: an unknown key, 50,000 maps deep`, added(type, deep(50_000, [0xa1, 1])));
  refuse(`${name}: an unknown key with a tag`, added(type, [0xc1, 1]));
  refuse(`${name}: an unknown key with a simple value`, added(type, [0xe1]));
  refuse(`${name}: an unknown key with a false of two bytes`, added(type, [0xf8, 0x14]));
  refuse(`${name}: an unknown key with a long number`, added(type, [0x18, 1]));
  refuse(`${name}: an unknown key with 2^32 items`, added(type, [0x9b, 0, 0, 0, 1, 0, 0, 0, 0]));
  refuse(`${name}: a known key again`, (parts) => {
    const key =
      type === noteType.timers ? 'itimers' : type === noteType.signals ? 'pending' : 'pid';
    const again = type === noteType.image ? 'version' : key;
    const note = noteOf(parts, type);
    added(type, [1])(parts);
    note.description = join([
      note.description.subarray(0, -4),
      Uint8Array.of(0x60 | again.length, ...bytes(again), 1),
    ]);
  });
  refuse(`${name}: a key that is a number`, (parts) => {
    noteOf(parts, type).description[1] = 1;
  });
  refuse(`${name}: a key of control characters`, (parts) => {
    added(type, [1])(parts);
    const note = noteOf(parts, type);
    note.description[note.description.length - 2] = 7;
  });
}
