import { basename } from 'node:path';
import { type Region, type Thread, toText } from '@ckpt/format';
import { systemCallName } from './system-call.ts';

const noCall = 0x8000000000000000n;
const restartSyscall = 219;

/** What a thread was doing: `in futex`, or `running`. */
export function activity({ registers, call, stopped }: Thread): string {
  const { orig_rax } = registers;
  const before = stopped === true ? 'stopped, ' : '';
  if (orig_rax >= noCall) return `${before}running`;
  const number = Number(orig_rax);
  return `${before}in ${systemCallName(number === restartSyscall ? (call ?? number) : number)}`;
}

/** An address as a person finds it again: `libc.so.6+0xcccc`, for a file counted in the file. */
export function location(address: bigint, regions: readonly Region[]): string {
  const region = regions.find(({ start, end }) => start <= address && address < end);
  if (region === undefined) return '(not mapped)';
  const name = region.kind === 'file' ? basename(toText(region.name)) : regionTitle(region);
  const distance = address - region.start + (region.offset ?? 0n);
  return `${name}+0x${distance.toString(16)}`;
}

/** The name of a region, or what it is. */
export function regionTitle(region: Region): string {
  return toText(region.name) || '(anonymous)';
}
