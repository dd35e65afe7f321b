import { readFile } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { addon, type NativeFacts } from './addon.ts';
import type { Capabilities, Capability } from './capability.ts';

/** What this machine can and cannot do for ckpt; each is tried, not looked up. */
export async function capabilities(): Promise<Capabilities> {
  const facts = addon().probe();
  const yama = await readNumber('/proc/sys/kernel/yama/ptrace_scope');
  const overcommit = await readNumber('/proc/sys/vm/overcommit_memory');
  const uid = process.geteuid?.() ?? 0;
  const items = [
    kernelItem(facts),
    ptraceItem(facts),
    yamaItem(yama, uid),
    remoteMemoryItem(facts),
    setTidItem(facts),
    userNamespaceItem(facts),
    overcommitItem(overcommit),
    vdsoItem(facts),
    rseqItem(facts),
    pagemapScanItem(facts),
    cpuItem(facts),
  ];
  const ok = items.every((item) => item.ok || !item.required);
  return { kernel: facts.kernel, machine: facts.machine, uid, ok, items };
}

async function readNumber(path: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(path, 'utf8'), 10);
  } catch {
    return undefined;
  }
}

/** 'yes', or the name of the errno and its text. */
function outcome(errno: number): string {
  if (errno === 0) return 'works';
  const [name, text] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'refused'];
  return `${text} (${name})`;
}

function kernelItem({ kernel, machine }: NativeFacts): Capability {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  const ok = machine === 'x86_64' && (major > 5 || (major === 5 && minor >= 13));
  return {
    name: 'kernel',
    ok,
    required: true,
    found: `Linux ${kernel}, ${machine}`,
    effect: ok ? 'recent enough' : 'Linux 5.13 or later on x86-64 is needed',
  };
}

function ptraceItem({ ptrace }: NativeFacts): Capability {
  return {
    name: 'ptrace',
    ok: ptrace === 0,
    required: true,
    found: `tracing a child: ${outcome(ptrace)}`,
    effect:
      ptrace === 0
        ? 'programs can be stopped and read'
        : 'no program can be saved here: a container may forbid it (docker run --cap-add SYS_PTRACE)',
  };
}

function yamaItem(scope: number | undefined, uid: number): Capability {
  const ok = scope === undefined || scope === 0 || (uid === 0 && scope < 3);
  const effect =
    scope === 1
      ? 'a program can save itself by its signal (kill -USR2 PID); `ckpt checkpoint` needs root'
      : 'no program can be saved; see /proc/sys/kernel/yama/ptrace_scope';
  return {
    name: 'yama',
    ok,
    required: scope !== undefined && scope >= 2,
    found: scope === undefined ? 'no yama in this kernel' : `ptrace_scope is ${scope}`,
    effect: ok ? 'programs can be saved from outside' : effect,
  };
}

function remoteMemoryItem({ remoteMemory }: NativeFacts): Capability {
  return {
    name: 'remote-memory',
    ok: remoteMemory === 0,
    required: true,
    found: `process_vm_readv: ${outcome(remoteMemory)}`,
    effect:
      remoteMemory === 0 ? 'prepared programs can be found' : 'prepared programs cannot be found',
  };
}

function setTidItem({ setTid }: NativeFacts): Capability {
  return {
    name: 'set-tid',
    ok: setTid === 0,
    required: false,
    found: `choosing process ids (CAP_CHECKPOINT_RESTORE): ${outcome(setTid)}`,
    effect:
      setTid === 0
        ? 'restarted programs get their old process ids where these are free'
        : 'restarted programs get new process ids',
  };
}

function userNamespaceItem({ userNamespace }: NativeFacts): Capability {
  return {
    name: 'user-namespaces',
    ok: userNamespace === 0,
    required: false,
    found: `a user and PID namespace without root: ${outcome(userNamespace)}`,
    effect:
      userNamespace === 0
        ? 'old process ids are possible in a namespace'
        : 'old process ids need the privilege above',
  };
}

function overcommitItem(mode: number | undefined): Capability {
  const ok = mode !== 2;
  return {
    name: 'overcommit',
    ok,
    required: false,
    found: `vm.overcommit_memory is ${mode ?? 'unknown'}`,
    effect: ok
      ? 'the image is written from a copy while the program runs on'
      : 'a large program may have to stand still until its image is written',
  };
}

function vdsoItem({ moveVdso }: NativeFacts): Capability {
  return {
    name: 'vdso',
    ok: moveVdso === 0,
    required: false,
    found: `moving the vdso: ${outcome(moveVdso)}`,
    effect:
      moveVdso === 0
        ? 'it is put where the program had it'
        : 'this kernel seals it: restarted programs use its functions by another way',
  };
}

function rseqItem({ rseq }: NativeFacts): Capability {
  return {
    name: 'rseq',
    ok: rseq === 0,
    required: false,
    found: `asking for restartable sequences: ${outcome(rseq)}`,
    effect:
      rseq === 0 ? 'they are saved and registered again' : 'they are not saved (Linux 5.13 can)',
  };
}

function pagemapScanItem({ pagemapScan }: NativeFacts): Capability {
  return {
    name: 'pagemap-scan',
    ok: pagemapScan === 0,
    required: false,
    found: `PAGEMAP_SCAN: ${outcome(pagemapScan)}`,
    effect:
      pagemapScan === 0 ? 'touched pages are found quickly' : 'touched pages are found more slowly',
  };
}

const registerSets = [
  [2, 'AVX'],
  [5, 'AVX-512'],
  [9, 'protection keys'],
  [18, 'AMX'],
] as const;

function cpuItem({ xcr0 }: NativeFacts): Capability {
  const names = registerSets.filter(([bit]) => ((xcr0 >> BigInt(bit)) & 1n) === 1n);
  const words = ['x87, SSE', ...names.map(([, name]) => name)].join(', ');
  return {
    name: 'cpu',
    ok: true,
    required: false,
    found: `register sets: ${words}`,
    effect: 'an image that uses them needs a machine that has them',
  };
}
