import { CborWriter } from './cbor/cbor-writer.ts';
import { type Codec, invalid } from './cbor/codec.ts';
import { coreNote, fpregsetSize, noteName, noteType, siginfoSize } from './constants.ts';
import { writeAuxv } from './core/auxv.ts';
import { writeFileNote, writePrpsinfo } from './core/debugger-notes.ts';
import { writePrstatus } from './core/registers.ts';
import { writeNote } from './elf/notes.ts';
import type { ImageModel, Thread } from './model.ts';
import { descriptorsNote } from './notes/descriptors.ts';
import { completeImageNote, type FileRange, imageNote } from './notes/image-info.ts';
import { processNote } from './notes/process.ts';
import { regionsNote } from './notes/regions.ts';
import { signalsNote } from './notes/signals.ts';
import { threadsNote } from './notes/threads.ts';
import { timersNote } from './notes/timers.ts';

/** The notes of an image for a place of data and seal: joined, the first PT_NOTE. */
export type NotesFor = (data: FileRange, seal: FileRange) => Uint8Array[];

/**
 * Encodes all notes but *image* once, for that one is asked for again until its offsets are settled.
 * @throws ImageError `invalid`
 */
export function encodeNotes(model: ImageModel): NotesFor {
  const [first, ...others] = model.threads as [Thread, ...Thread[]];
  const core = (type: number, bytes: Uint8Array) => writeNote('CORE', type, bytes);
  const before = [
    core(coreNote.prstatus, prstatus(model, first)),
    core(coreNote.prpsinfo, writePrpsinfo(model.process)),
    core(coreNote.siginfo, new Uint8Array(siginfoSize)),
    core(coreNote.auxv, writeAuxv(model.auxv)),
    core(coreNote.file, writeFileNote(model.regions)),
    ...registerSets(first),
    ...others.flatMap((thread) => [
      core(coreNote.prstatus, prstatus(model, thread)),
      ...registerSets(thread),
    ]),
  ];
  const after = [
    ckptNote(noteType.process, processNote, model.process),
    ckptNote(noteType.regions, regionsNote, model.regions),
    ckptNote(noteType.threads, threadsNote, model.threads),
    ckptNote(noteType.descriptors, descriptorsNote, model.descriptors),
    ckptNote(noteType.signals, signalsNote, model.signals),
    ckptNote(noteType.timers, timersNote, model.timers),
  ];
  return (data, seal) => {
    const image = ckptNote(noteType.image, imageNote, completeImageNote(model.info, data, seal));
    return [...before, image, ...after];
  };
}

function prstatus({ process: { ppid, pgid, sid } }: ImageModel, thread: Thread): Uint8Array {
  const { tid, mask, registers } = thread;
  return writePrstatus({ tid, ppid, pgid, sid, mask }, registers);
}

function registerSets({ tid, fpregs, xsave }: Thread): Uint8Array[] {
  if (fpregs.length !== fpregsetSize)
    throw invalid(`thread ${tid}: fpregs of ${fpregs.length} bytes`);
  return [writeNote('CORE', coreNote.fpregset, fpregs), writeNote('LINUX', coreNote.xstate, xsave)];
}

function ckptNote<T>(type: number, codec: Codec<T>, value: T): Uint8Array {
  const writer = new CborWriter();
  codec.write(writer, value);
  return writeNote(noteName, type, writer.finish());
}
