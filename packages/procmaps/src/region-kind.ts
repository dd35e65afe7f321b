import { unescapeName } from './name-escape.ts';

/**
 * What a mapping is, by its name in the last column:
 *
 * | kind | names |
 * | --- | --- |
 * | `heap` | `[heap]` |
 * | `stack` | `[stack]`, and `[stack:TID]` of Linux 3.4 to 4.4 |
 * | `vdso` | `[vdso]` |
 * | `vvar` | `[vvar]`, `[vvar_vclock]` and whatever else begins with `[vvar` |
 * | `vsyscall` | `[vsyscall]` |
 * | `anonymous` | no name, or `[anon:LABEL]` |
 * | `shared-anonymous` | `/dev/zero (deleted)`, or `[anon_shmem:LABEL]` |
 * | `memfd` | `/memfd:LABEL (deleted)` |
 * | `sysv` | `/SYSVxxxxxxxx (deleted)` |
 * | `deleted-file` | any other path that ends in ` (deleted)` |
 * | `file` | any other path |
 * | `special` | all the rest: `[uprobes]`, `anon_inode:[perf_event]`, and names yet to be invented |
 *
 * A live file whose own name ends in ` (deleted)` cannot be told from a deleted one by its name.
 */
export type RegionKind =
  | 'heap'
  | 'stack'
  | 'vdso'
  | 'vvar'
  | 'vsyscall'
  | 'anonymous'
  | 'shared-anonymous'
  | 'memfd'
  | 'sysv'
  | 'deleted-file'
  | 'file'
  | 'special';

export interface NameMeaning {
  readonly kind: RegionKind;
  /** `file` and `deleted-file`: the path, unescaped and without ` (deleted)`. */
  readonly path: string | undefined;
  /**
   * `anonymous` and `shared-anonymous`: the label given by prctl(PR_SET_VMA_ANON_NAME), if any.
   * `memfd`: the name given to memfd_create(2). `sysv`: the key, eight hexadecimal digits.
   */
  readonly label: string | undefined;
}

const DELETED = ' (deleted)';
const SYSV = /^\/SYSV([0-9a-f]{8}) \(deleted\)$/;
const UNNAMED: NameMeaning = meaning('anonymous');
const STACK = /^\[stack(?::\d+)?\]$/;

/**
 * Says what the name of a mapping means. Total: every string has a meaning.
 *
 * Source: man 5 proc_pid_maps; fs/proc/task_mmu.c (get_vma_name), mm/shmem.c, ipc/shm.c.
 */
export function nameMeaning(name: string): NameMeaning {
  if (name === '') return UNNAMED;
  if (name.startsWith('/')) return fileMeaning(name);
  if (name.startsWith('[') && name.endsWith(']')) return bracketMeaning(name);
  return meaning('special');
}

function bracketMeaning(name: string): NameMeaning {
  if (name.startsWith('[anon:')) return labelled('anonymous', name.slice('[anon:'.length, -1));
  if (name.startsWith('[anon_shmem:')) {
    return labelled('shared-anonymous', name.slice('[anon_shmem:'.length, -1));
  }
  if (name === '[heap]') return meaning('heap');
  if (STACK.test(name)) return meaning('stack');
  if (name === '[vdso]') return meaning('vdso');
  if (name.startsWith('[vvar')) return meaning('vvar');
  if (name === '[vsyscall]') return meaning('vsyscall');
  return meaning('special');
}

function fileMeaning(name: string): NameMeaning {
  if (!name.endsWith(DELETED)) return located('file', name);
  if (name === `/dev/zero${DELETED}`) return meaning('shared-anonymous');
  if (name.startsWith('/memfd:')) {
    return labelled('memfd', unescapeName(name.slice('/memfd:'.length, -DELETED.length)));
  }
  const key = SYSV.exec(name)?.[1];
  if (key !== undefined) return labelled('sysv', key);
  return located('deleted-file', name.slice(0, -DELETED.length));
}

function meaning(kind: RegionKind): NameMeaning {
  return { kind, path: undefined, label: undefined };
}

function labelled(kind: RegionKind, label: string): NameMeaning {
  return { kind, path: undefined, label };
}

function located(kind: RegionKind, escaped: string): NameMeaning {
  return { kind, path: unescapeName(escaped), label: undefined };
}
