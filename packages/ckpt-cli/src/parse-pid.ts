import { wrongUsage } from './cli-error.ts';

const highestPid = 4194304;

export function parsePid(text: string): number {
  const pid = /^\d+$/.test(text) ? Number(text) : 0;
  if (pid < 1 || pid > highestPid) {
    throw wrongUsage(`'${text}' is not a process id: give a number as 'ckpt ps' shows it`);
  }
  return pid;
}
