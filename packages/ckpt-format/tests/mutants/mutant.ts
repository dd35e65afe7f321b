import type { Content } from '../../src/index.ts';
import { assemble, type ImageParts, takeApart } from '../image-assembly.ts';
import { sample, sampleContents } from '../sample-image.ts';

/** An image whose checksums are right; whether a reader may take it. */
export interface Mutant {
  readonly name: string;
  readonly fine: boolean;
  readonly file: Uint8Array;
}

/** The sample without its large content. */
export const smallContents: readonly Content[] = sampleContents.filter(
  (content) => content.bytes.length < 10_000,
);

type Alter = (parts: ImageParts) => void;

/** What takes an image apart, alters it, and adds what comes out to a list. */
export interface Collector {
  readonly list: Mutant[];
  accept(name: string, alter: Alter): void;
  refuse(name: string, alter: Alter): void;
}

export function collect(): Collector {
  const list: Mutant[] = [];
  const add = (fine: boolean) => (name: string, alter: Alter) => {
    const parts = takeApart(sample, smallContents);
    alter(parts);
    list.push({ name, fine, file: assemble(parts) });
  };
  return { list, accept: add(true), refuse: add(false) };
}

export function patchHead(edit: (view: DataView) => void): Alter {
  return (parts) => {
    parts.alterHead = (head) => edit(new DataView(head.buffer, head.byteOffset, head.length));
  };
}
