import { coreNote, maxPath, noteName, noteType } from '../src/constants.ts';
import type { ProgramHeader } from '../src/elf/program-headers.ts';
import { join } from '../src/encode-head.ts';
import type { Content, Descriptor, Region } from '../src/index.ts';
import { descriptorsNote } from '../src/notes/descriptors.ts';
import { imageNote } from '../src/notes/image-info.ts';
import { processNote } from '../src/notes/process.ts';
import { regionsNote } from '../src/notes/regions.ts';
import { signalsNote } from '../src/notes/signals.ts';
import { threadsNote } from '../src/notes/threads.ts';
import {
  assemble,
  type ImageParts,
  indexOf,
  noteOf,
  rewrite,
  takeApart,
} from './image-assembly.ts';
import { bytes, pattern, sample, sampleContents } from './sample-image.ts';

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

export const mutants: Mutant[] = [];

function mutant(name: string, fine: boolean, alter: (parts: ImageParts) => void): void {
  const parts = takeApart(sample, smallContents);
  alter(parts);
  mutants.push({ name, fine, file: assemble(parts) });
}

const refuse = (name: string, alter: (parts: ImageParts) => void) => mutant(name, false, alter);
const accept = (name: string, alter: (parts: ImageParts) => void) => mutant(name, true, alter);
const patchHead = (edit: (view: DataView) => void) => (parts: ImageParts) => {
  parts.alterHead = (head) => edit(new DataView(head.buffer, head.byteOffset, head.length));
};

accept('unaltered', () => undefined);

// --- the headers

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

// --- PT_LOADs

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

// --- regions

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

// --- threads, descriptors, signals, process

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

// --- the note image

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

// --- CBOR, in every note

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

// --- notes, their order and sizes

refuse('notes in another order', (parts) => {
  parts.notes.reverse();
});
refuse('two notes have changed places', (parts) => {
  const at = parts.notes.findIndex(({ type }) => type === noteType.process);
  const [a, b] = parts.notes.splice(at, 2);
  parts.notes.splice(at, 0, ...([b, a] as typeof parts.notes));
});
refuse('a note with a newline in its name', (parts) => {
  noteOf(parts, noteType.timers).name = 'CK\nT';
});
accept('a note of a later version', (parts) => {
  parts.notes.push({ name: noteName, type: noteType.seal + 1, description: pattern(100) });
});
refuse('later notes that fall', (parts) => {
  for (const more of [2, 1])
    parts.notes.push({ name: noteName, type: noteType.seal + more, description: pattern(5) });
});
refuse('a seal among the notes', (parts) => {
  parts.notes.push({ name: noteName, type: noteType.seal, description: pattern(100) });
});
refuse('a note of somebody else', (parts) => {
  parts.notes.push({ name: 'GNU', type: 0x7fff_ffff, description: pattern(5) });
});
for (const [name, type] of Object.entries(coreNote)) {
  refuse(`${name}: gone`, (parts) => {
    parts.notes = parts.notes.filter((note) => note.type !== type);
  });
  refuse(`${name}: under another name`, (parts) => {
    noteOf(parts, type).name = 'XORE';
  });
  if (name === 'file' || name === 'auxv' || name === 'xstate') continue;
  refuse(`${name}: shorter`, (parts) => {
    noteOf(parts, type).description = noteOf(parts, type).description.slice(0, -4);
  });
}

// --- the seal

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
