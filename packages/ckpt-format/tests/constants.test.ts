import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as constants from '../src/constants.ts';

const header = readFileSync(new URL('../../../c/include/ckpt/image.h', import.meta.url), 'utf8');

/** `#define CKPT_X VALUE`, where VALUE is a number or `(A << B)`. */
const defined = new Map(
  [...header.matchAll(/^#define CKPT_(\w+)[ \t]+\(?(0x[\da-f]+|\d+)u?(?: << (\d+)\))?/gm)].map(
    ([, name, value, shift]) => [name, Number(value) * 2 ** Number(shift ?? 0)],
  ),
);

const { noteType, regionProt, regionFlag, coreNote } = constants;
const upper = (entries: Record<string, number>, prefix: string) =>
  Object.entries(entries).map(([name, value]) => [prefix + name.toUpperCase(), value] as const);

const ours = new Map<string, number>([
  ['IMAGE_VERSION', constants.imageVersion],
  ['PAGE_SIZE', constants.pageSize],
  ['CHUNK_SIZE', constants.chunkSize],
  ['MAX_THREADS', constants.maxThreads],
  ['MAX_REGIONS', constants.maxRegions],
  ['MAX_DESCRIPTORS', constants.maxDescriptors],
  ['MAX_NOTES_SIZE', constants.maxNotesSize],
  ['MAX_XSAVE', constants.maxXsave],
  ['MAX_PATH', constants.maxPath],
  ['NT_PRSTATUS', coreNote.prstatus],
  ['NT_FPREGSET', coreNote.fpregset],
  ['NT_PRPSINFO', coreNote.prpsinfo],
  ['NT_AUXV', coreNote.auxv],
  ['NT_SIGINFO', coreNote.siginfo],
  ['NT_FILE', coreNote.file],
  ['NT_X86_XSTATE', coreNote.xstate],
  ['PRSTATUS_SIZE', constants.prstatusSize],
  ['PRSTATUS_PID', constants.prstatusPid],
  ['PRSTATUS_REGS', constants.prstatusRegisters],
  ['FPREGSET_SIZE', constants.fpregsetSize],
  ['PRPSINFO_SIZE', constants.prpsinfoSize],
  ...upper(noteType, 'NT_'),
  ...upper(regionProt, 'PROT_'),
  ...upper(regionFlag, 'REGION_'),
]);

it('are those of image.h', () => {
  expect(ours.size).toBeGreaterThan(40);
  for (const [name, value] of ours) expect([name, defined.get(name)]).toEqual([name, value]);
  expect(header).toContain(`#define CKPT_NOTE_NAME "${constants.noteName}"`);
});

it('are all of image.h', () => {
  const missing = [...defined.keys()].filter(
    (name) => !ours.has(name as string) && !name?.startsWith('EXIT_'),
  );
  expect(missing).toEqual([]);
});
