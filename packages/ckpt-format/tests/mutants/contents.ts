// What the notes of threads, descriptors, signals and process hold.
import { coreNote, noteType } from '../../src/constants.ts';
import { join } from '../../src/encode-head.ts';
import type { Descriptor } from '../../src/index.ts';
import { descriptorsNote } from '../../src/notes/descriptors.ts';
import { processNote } from '../../src/notes/process.ts';
import { signalsNote } from '../../src/notes/signals.ts';
import { threadsNote } from '../../src/notes/threads.ts';
import { type ImageParts, indexOf, noteOf, rewrite } from '../image-assembly.ts';
import { bytes, type sample } from '../sample-image.ts';
import { collect, type Mutant } from './mutant.ts';

const { list, accept, refuse } = collect();
export const contentMutants: readonly Mutant[] = list;

const threads =
  (alter: (all: (typeof sample.threads)[number][]) => unknown) => (parts: ImageParts) =>
    rewrite(parts, noteType.threads, threadsNote, (all) => alter([...all] as never));
refuse(
  'no thread',
  threads(() => []),
);
refuse(
  'one thread less than registers',
  threads(([first]) => [first]),
);
refuse(
  'one thread more than registers',
  threads((all) => [...all, all[0]]),
);
refuse(
  'threads in another order',
  threads((all) => all.toReversed()),
);
refuse(
  'a thread with the id 0',
  threads(([first, ...rest]) => [{ ...first, tid: 0 }, ...rest]),
);
refuse(
  'a thread with an id of 32 bits',
  threads(([a, ...rest]) => [{ ...a, tid: 0xffff_ffff }, ...rest]),
);
for (const size of [0, 575, 16385, 70_000]) {
  refuse(`${size} bytes of XSAVE`, (parts) => {
    noteOf(parts, coreNote.xstate).description = new Uint8Array(size);
  });
}
accept('576 bytes of XSAVE', (parts) => {
  noteOf(parts, coreNote.xstate).description = new Uint8Array(576);
});
for (const size of [8, 4112]) {
  refuse(`${size} bytes of auxiliary vector`, (parts) => {
    noteOf(parts, coreNote.auxv).description = new Uint8Array(size);
  });
}

const descriptors = (alter: (all: Descriptor[]) => unknown) => (parts: ImageParts) =>
  rewrite(parts, noteType.descriptors, descriptorsNote, (all) => alter([...all]));
accept(
  'no descriptor',
  descriptors(() => []),
);
refuse(
  'descriptors in another order',
  descriptors((all) => all.toReversed()),
);
refuse(
  'a descriptor twice',
  descriptors(([a, ...rest]) => [a, a, ...rest]),
);
refuse(
  'a descriptor that is its own copy',
  descriptors(([a]) => [{ ...a, same: 0 }]),
);
refuse(
  'a descriptor that is the copy of a higher one',
  descriptors(([a, ...rest]) => [{ ...a, same: 7 }, ...rest]),
);
accept(
  'descriptor 2^30 - 1',
  descriptors(([a]) => [a, { ...a, fd: 2 ** 30 - 1 }]),
);
refuse(
  'descriptor 2^30',
  descriptors(([a]) => [a, { ...a, fd: 2 ** 30 }]),
);
refuse(
  'descriptor 2^32 - 1',
  descriptors(([a]) => [a, { ...a, fd: 2 ** 32 - 1 }]),
);
refuse('65,537 descriptors', (parts) => {
  const note = noteOf(parts, noteType.descriptors);
  note.description = join([Uint8Array.of(0x9a, 0, 1, 0, 1), new Uint8Array(70_000)]);
});

const signal = (number: number) => (parts: ImageParts) => {
  rewrite(parts, noteType.signals, signalsNote, (value) => value);
  const note = noteOf(parts, noteType.signals);
  note.description[indexOf(note.description, [0x85, 12]) + 1] = number;
};
refuse('signal 0', signal(0));
accept('signal 1', signal(1));
refuse('a signal that is text', signal(0x61));
for (const pid of [0, 0x8000_0000, 0xffff_ffff]) {
  refuse(`PID ${pid}`, (parts) =>
    rewrite(parts, noteType.process, processNote, (process) => ({ ...process, pid })),
  );
}
for (const key of [
  'pid',
  'ppid',
  'gid',
  'comm',
  'args',
  'cwd',
  'mm',
  'limits',
  'umask',
  'brk',
  'base',
]) {
  refuse(`process without "${key}"`, (parts) => {
    const note = noteOf(parts, noteType.process);
    const at = indexOf(note.description, [0x60 | key.length, ...bytes(key)]);
    note.description[at + 1] = 0x7a;
  });
}
for (const key of ['mode', 'dev', 'ino', 'size', 'mtime', 'fd', 'kind']) {
  refuse(`descriptors without "${key}"`, (parts) => {
    const note = noteOf(parts, noteType.descriptors);
    const at = indexOf(note.description, [0x60 | key.length, ...bytes(key)]);
    note.description[at + 1] = 0x7a;
  });
}
