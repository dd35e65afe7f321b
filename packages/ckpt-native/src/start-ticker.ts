import { spawnSync } from 'node:child_process';
import { CkptError } from './ckpt-error.ts';
import { paths } from './paths.ts';

const shortest = 0.05;

export function checkInterval(seconds: number | undefined): void {
  if (seconds !== undefined && !(seconds >= shortest && seconds < 1e9)) {
    throw new CkptError('invalid', `${seconds} is no interval: give ${shortest} seconds or more`);
  }
}

/** Starts a background process that checkpoints `pid` until it ends. It is nobody's child when this returns. */
export function startTicker(pid: number, seconds: number): void {
  const { ticker } = paths();
  const { error, status, stderr } = spawnSync(ticker, [`${pid}`, `${seconds}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    cwd: '/',
  });
  if (error || status !== 0) {
    throw new CkptError(
      'start-failed',
      `${ticker} could not be started${stderr ? `: ${stderr.trim()}` : ''}`,
      { path: ticker, pid, cause: error },
    );
  }
}
