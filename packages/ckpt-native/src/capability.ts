/** One thing that ckpt needs or uses, and whether this machine has it. */
export interface Capability {
  readonly name:
    | 'kernel'
    | 'ptrace'
    | 'yama'
    | 'remote-memory'
    | 'set-tid'
    | 'user-namespaces'
    | 'pagemap-scan'
    | 'overcommit'
    | 'vdso'
    | 'rseq'
    | 'cpu';
  readonly ok: boolean;
  /** Nothing works without it; else it only makes something better. */
  readonly required: boolean;
  /** What was found, in words. */
  readonly found: string;
  /** What that means for ckpt. */
  readonly effect: string;
}

export interface Capabilities {
  readonly kernel: string;
  readonly machine: string;
  readonly uid: number;
  /** Every required capability is there. */
  readonly ok: boolean;
  readonly items: readonly Capability[];
}
