import { readFileSync } from 'node:fs';
import type { NativeBare } from './addon.ts';
import { splitWords } from './split-words.ts';

/**
 * The state that this process was started with, before Node changed it: Node raises the limit of open files, resets every
 * signal's action and ignores SIGPIPE. The shell script in front of the command line writes it into the environment variable
 * CKPT_BARE:
 *
 *     nofile=SOFT ign=HEX blk=HEX fl=OCTAL,OCTAL,OCTAL fds=N,N env=BASE64
 *
 * `-` among `fl`: that descriptor was closed. `fds`: inherited descriptors from 3 on, which Node marks close-on-exec. `env`: the
 * block of /proc/PID/environ, which a shell does not hand on whole.
 * Without it: the limit of the parent process, no signal ignored, none blocked, blocking streams, Node's environment.
 */
export function bareState(env: NodeJS.ProcessEnv = process.env): BareState {
  const words = new Map<string, string>();
  for (const word of (env['CKPT_BARE'] ?? '').split(' ')) {
    const at = word.indexOf('=');
    if (at > 0) words.set(word.slice(0, at), word.slice(at + 1));
  }
  const flags = (words.get('fl') ?? '').split(',');
  return {
    nofile: parseLimit(words.get('nofile')) ?? parentLimit(),
    ignored: parseMask(words.get('ign')),
    blocked: parseMask(words.get('blk')),
    flags: [parseFlags(flags[0]), parseFlags(flags[1]), parseFlags(flags[2])],
    inherited: (words.get('fds') ?? '').split(',').filter(isDescriptor).map(Number),
    environment: parseEnvironment(words.get('env')),
  };
}

export interface BareState extends NativeBare {
  /** The variables in their order, as `NAME=value`. */
  readonly environment: readonly Buffer[] | undefined;
}

/** NUL-terminated strings. */
function parseEnvironment(text: string | undefined): Buffer[] | undefined {
  if (!text) return undefined;
  return splitWords(Buffer.from(text, 'base64'));
}

const noLimit = 0xffffffffffffffffn;

function parseLimit(text: string | undefined): bigint | undefined {
  if (text === 'unlimited') return noLimit;
  return text !== undefined && /^\d{1,19}$/.test(text) ? BigInt(text) : undefined;
}

function parentLimit(): bigint | undefined {
  try {
    const limits = readFileSync(`/proc/${process.ppid}/limits`, 'latin1');
    return parseLimit(/^Max open files\s+(\S+)/m.exec(limits)?.[1]);
  } catch {
    return undefined;
  }
}

function parseMask(text: string | undefined): bigint {
  return text !== undefined && /^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : 0n;
}

const isDescriptor = (text: string) => /^\d{1,9}$/.test(text);

function parseFlags(text: string | undefined): number {
  if (text === '-') return -2;
  return text !== undefined && /^[0-7]{1,10}$/.test(text) ? Number.parseInt(text, 8) : -1;
}
