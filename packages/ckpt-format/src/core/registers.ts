import { prstatusPid, prstatusRegisters, prstatusSize } from '../constants.ts';

/** The registers of NT_PRSTATUS in the order and with the names of struct user_regs_struct. */
export const registerNames = [
  'r15',
  'r14',
  'r13',
  'r12',
  'rbp',
  'rbx',
  'r11',
  'r10',
  'r9',
  'r8',
  'rax',
  'rcx',
  'rdx',
  'rsi',
  'rdi',
  'orig_rax',
  'rip',
  'cs',
  'eflags',
  'rsp',
  'ss',
  'fs_base',
  'gs_base',
  'ds',
  'es',
  'fs',
  'gs',
] as const;

export type RegisterName = (typeof registerNames)[number];

/** Unsigned 64-bit values. In a system call `orig_rax` is its number and `rax` the pending result. */
export type Registers = Readonly<Record<RegisterName, bigint>>;

/** What else NT_PRSTATUS shows a debugger. */
export interface PrstatusFacts {
  readonly tid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly mask: bigint;
}

/** The thread and its registers in a NT_PRSTATUS of 336 bytes. */
export function readPrstatus(note: Uint8Array): { tid: number; registers: Registers } {
  const view = new DataView(note.buffer, note.byteOffset, note.byteLength);
  const registers = registerNames.map((name, i) => [
    name,
    view.getBigUint64(prstatusRegisters + 8 * i, true),
  ]);
  return { tid: view.getUint32(prstatusPid, true), registers: Object.fromEntries(registers) };
}

/** Writes a NT_PRSTATUS of a thread that no signal ended. */
export function writePrstatus(facts: PrstatusFacts, registers: Registers): Uint8Array {
  const note = new Uint8Array(prstatusSize);
  const view = new DataView(note.buffer);
  view.setBigUint64(24, facts.mask, true);
  view.setUint32(prstatusPid, facts.tid, true);
  view.setUint32(36, facts.ppid, true);
  view.setUint32(40, facts.pgid, true);
  view.setUint32(44, facts.sid, true);
  registerNames.forEach((name, i) => {
    view.setBigUint64(prstatusRegisters + 8 * i, registers[name], true);
  });
  view.setInt32(328, 1, true);
  return note;
}
