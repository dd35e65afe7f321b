// The seal.
import { join } from '../../src/encode-head.ts';
import { type ImageParts, indexOf } from '../image-assembly.ts';
import { bytes } from '../sample-image.ts';
import { collect, type Mutant } from './mutant.ts';

const { list, accept, refuse } = collect();
export const sealMutants: readonly Mutant[] = list;

const seal = (alter: (description: Uint8Array) => Uint8Array) => (parts: ImageParts) => {
  parts.alterSeal = alter;
};
const sealByte = (key: string, offset: number, value: number) =>
  seal((description) => {
    const copy = description.slice();
    copy[indexOf(copy, [0x60 | key.length, ...bytes(key)]) + 1 + key.length + offset] = value;
    return copy;
  });
refuse('the seal of another image', sealByte('id', 1, 0x99));
refuse('a seal with other chunks', sealByte('chunk', 2, 0x20));
refuse('a seal with data elsewhere', sealByte('offset', 7, 0x10));
refuse('a seal with other data', sealByte('size', 7, 0x60));
refuse('a seal with data as large as all memory', sealByte('size', 1, 0xff));
refuse('a seal with a short offset', sealByte('offset', 0, 0x1a));
refuse('a seal with fewer checksums', sealByte('crcs', 0, 0x40));
refuse('a seal with more checksums', sealByte('crcs', 0, 0x57));
refuse('a seal without its last key', sealByte('self', -1, 0x7a));
refuse('a seal with its keys in another order', (parts) => {
  parts.alterSeal = (description) => {
    const at = indexOf(description, [0x65, ...bytes('chunk')]);
    const chunk = description.slice(at, at + 11);
    const rest = join([description.subarray(1, at), description.subarray(at + 11)]);
    return join([description.subarray(0, 1), chunk, rest]);
  };
});
accept(
  'a seal with another key',
  seal((description) => join([Uint8Array.of(0xa8, 0x61, 0x7a, 1), description.subarray(1)])),
);
refuse(
  'a seal with a key behind the last',
  seal((description) =>
    join([
      Uint8Array.of(0xa8),
      description.subarray(1),
      Uint8Array.of(0x61, 0x7a, 0x1a, 0, 0, 0, 0),
    ]),
  ),
);
refuse(
  'a seal of nothing',
  seal(() => new Uint8Array(4)),
);
refuse(
  'a seal of zeros',
  seal((description) => new Uint8Array(description.length)),
);
