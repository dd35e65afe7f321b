import { maxXsave, pageSize } from './constants.ts';
import { maxAuxvSize, maxDescriptor } from './limits.ts';
import type { ImageModel } from './model.ts';
import type { Region } from './notes/regions.ts';

/** FXSAVE area and XSAVE header. */
const leastXsave = 576;

/** What contradicts the format in a model whose fields are each right; undefined: nothing. */
export function modelProblem(model: ImageModel): string | undefined {
  return (
    regionsProblem(model.regions) ??
    threadsProblem(model) ??
    processProblem(model) ??
    descriptorsProblem(model) ??
    (16 * model.auxv.length > maxAuxvSize ? 'the auxiliary vector is too long' : undefined)
  );
}

function regionsProblem(regions: readonly Region[]): string | undefined {
  if (regions.length === 0) return 'there is no region';
  let last = 0n;
  for (const [i, { start, end, prot, offset = 0n }] of regions.entries()) {
    if (start >= end) return `region ${i} is empty`;
    if (start < last) return `region ${i} is not above the one before`;
    if ((start | end) % BigInt(pageSize) !== 0n) return `region ${i} is not made of whole pages`;
    if (offset % BigInt(pageSize) !== 0n) return `region ${i} begins within a page of its file`;
    if (prot > 7) return `region ${i} has unknown protection bits`;
    last = end;
  }
  return undefined;
}

function threadsProblem({ threads }: ImageModel): string | undefined {
  if (threads.length === 0) return 'there is no thread';
  for (const { tid, xsave } of threads) {
    if (tid < 1 || tid > 0x7fffffff) return `${tid} is no thread id`;
    if (xsave.length < leastXsave || xsave.length > maxXsave) {
      return `thread ${tid} has ${xsave.length} bytes of XSAVE state`;
    }
  }
  return undefined;
}

function processProblem({ process: { pid } }: ImageModel): string | undefined {
  return pid < 1 || pid > 0x7fffffff ? `${pid} is no process id` : undefined;
}

function descriptorsProblem({ descriptors }: ImageModel): string | undefined {
  let last = -1;
  for (const { fd, same } of descriptors) {
    if (fd <= last) return `descriptor ${fd} is not above the one before`;
    if (fd >= maxDescriptor) return `there is no descriptor ${fd}`;
    if (same !== undefined && same >= fd) return `descriptor ${fd} is the same as a higher one`;
    last = fd;
  }
  return undefined;
}
