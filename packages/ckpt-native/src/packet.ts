import type { CheckpointProgress } from './checkpoint-options.ts';

/** What the engine says while it works; the words are those of c/include/ckpt/contract.h. */
export function parsePacket(text: string): CheckpointProgress | undefined {
  const [word = '', first = '', second = ''] = text.split(' ', 3);
  switch (word) {
    case 'stopped':
      return { stage: 'stopped' };
    case 'paused':
      return { stage: 'paused', pauseNs: Number(first), threads: Number(second) };
    case 'writing':
      return { stage: 'writing', done: Number(first), total: Number(second) };
    case 'note':
      return { stage: 'note', message: text.slice('note '.length) };
    default:
      return undefined;
  }
}
