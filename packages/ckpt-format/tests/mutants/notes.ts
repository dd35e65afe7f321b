// Notes, their order and sizes.
import { coreNote, noteName, noteType } from '../../src/constants.ts';
import { noteOf } from '../image-assembly.ts';
import { pattern } from '../sample-image.ts';
import { collect, type Mutant } from './mutant.ts';

const { list, accept, refuse } = collect();
export const noteMutants: readonly Mutant[] = list;

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
