import { CborReader } from './cbor/cbor-reader.ts';
import type { Codec } from './cbor/codec.ts';
import { modelProblem } from './check-model.ts';
import {
  coreNote,
  fpregsetSize,
  noteName,
  noteType,
  prpsinfoSize,
  prstatusSize,
  siginfoSize,
} from './constants.ts';
import { readAuxv } from './core/auxv.ts';
import { readPrstatus } from './core/registers.ts';
import type { Note } from './elf/notes.ts';
import { damaged, ImageError } from './image-error.ts';
import { maxAuxvSize } from './limits.ts';
import type { ImageModel, Thread } from './model.ts';
import { descriptorsNote } from './notes/descriptors.ts';
import { type ImageNote, imageNote } from './notes/image-info.ts';
import { processNote } from './notes/process.ts';
import { regionsNote } from './notes/regions.ts';
import { signalsNote } from './notes/signals.ts';
import { threadsNote } from './notes/threads.ts';
import { timersNote } from './notes/timers.ts';

type RegisterNotes = Pick<Thread, 'tid' | 'registers' | 'fpregs' | 'xsave'>;

/** What an image's notes say. */
export interface ReadModel extends ImageModel {
  readonly info: ImageNote;
}

/**
 * Reads the notes of an image in the order that the format demands.
 * @throws ImageError `damaged`, `too-large`
 */
export function readModel(notes: readonly Note[]): ReadModel {
  const next = cursor(notes);
  const status = next.take('CORE', coreNote.prstatus, prstatusSize);
  next.take('CORE', coreNote.prpsinfo, prpsinfoSize);
  next.take('CORE', coreNote.siginfo, siginfoSize);
  const auxvNote = next.take('CORE', coreNote.auxv);
  next.take('CORE', coreNote.file);
  const registers = [readRegisters(next, status)];
  while (next.type() === coreNote.prstatus) {
    registers.push(readRegisters(next, next.take('CORE', coreNote.prstatus, prstatusSize)));
  }
  const model: ReadModel = {
    info: decode(next.take(noteName, noteType.image), 'image', imageNote),
    process: decode(next.take(noteName, noteType.process), 'process', processNote),
    regions: decode(next.take(noteName, noteType.regions), 'regions', regionsNote),
    threads: readThreads(next.take(noteName, noteType.threads), registers),
    descriptors: decode(next.take(noteName, noteType.descriptors), 'descriptors', descriptorsNote),
    signals: decode(next.take(noteName, noteType.signals), 'signals', signalsNote),
    timers: decode(next.take(noteName, noteType.timers), 'timers', timersNote),
    auxv: readAuxvNote(auxvNote),
  };
  next.skipLaterNotes();
  const problem = modelProblem(model);
  if (problem !== undefined) throw damaged(problem, notes[0]?.offset ?? 0, 'notes');
  return model;
}

/** Decodes the one CBOR item of a CKPT note. */
export function decode<T>(note: Note, subject: string, codec: Codec<T>): T {
  const origin = { what: `note ${subject}`, offset: note.offset, part: 'notes' } as const;
  const reader = new CborReader(note.description, origin);
  const value = codec.read(reader);
  reader.end();
  return value;
}

function readRegisters(next: NoteCursor, status: Note): RegisterNotes {
  return {
    ...readPrstatus(status.description),
    fpregs: next.take('CORE', coreNote.fpregset, fpregsetSize).description,
    xsave: next.take('LINUX', coreNote.xstate).description,
  };
}

function readThreads(note: Note, registers: readonly RegisterNotes[]): Thread[] {
  const facts = decode(note, 'threads', threadsNote);
  const same =
    facts.length === registers.length && facts.every(({ tid }, i) => tid === registers[i]?.tid);
  if (!same)
    throw damaged('note threads: not the threads of the NT_PRSTATUS notes', note.offset, 'notes');
  return facts.map((fact, i) => ({ ...fact, ...(registers[i] as RegisterNotes) }));
}

function readAuxvNote({ description, offset }: Note): ReturnType<typeof readAuxv> {
  const size = description.length;
  if (size > maxAuxvSize)
    throw new ImageError('too-large', `${size} bytes of auxiliary vector`, {
      offset,
      part: 'notes',
    });
  if (size % 16 !== 0) throw damaged('note NT_AUXV: not a multiple of 16 bytes', offset, 'notes');
  return readAuxv(description);
}

interface NoteCursor {
  /** The next note, which must be this one. */
  take(name: string, type: number, size?: number): Note;
  /** Type of the next note; undefined at the end. */
  type(): number | undefined;
  /** Passes over CKPT notes that a later writer added, in rising order of types. */
  skipLaterNotes(): void;
}

function cursor(notes: readonly Note[]): NoteCursor {
  let index = 0;
  const where = () => notes[Math.min(index, notes.length - 1)]?.offset ?? 0;
  return {
    take: (name, type, size) => {
      const note = notes[index];
      const fits = note?.name === name && note.type === type;
      if (note === undefined || !fits || (size !== undefined && note.description.length !== size)) {
        const found = note === undefined ? 'none' : `${note.name} 0x${note.type.toString(16)}`;
        const bytes = size === undefined ? '' : ` of ${size} bytes`;
        const wanted = `${name} 0x${type.toString(16)}${bytes}`;
        const more = fits ? ` of ${note?.description.length} bytes` : '';
        throw damaged(`note ${index}: ${wanted} expected, ${found}${more} found`, where(), 'notes');
      }
      index++;
      return note;
    },
    type: () => notes[index]?.type,
    skipLaterNotes: () => {
      let last: number = noteType.seal;
      for (; index < notes.length; index++) {
        const { name, type } = notes[index] as Note;
        if (name !== noteName || type <= last)
          throw damaged(`note ${index}: out of order`, where(), 'notes');
        last = type;
      }
    },
  };
}
