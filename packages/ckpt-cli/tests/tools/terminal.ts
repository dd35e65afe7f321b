import { dirname } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import { onTestFinished } from 'vitest';
import { ckpt } from './paths.ts';

/** An interactive shell on a terminal of its own, which ends with the test. */
export class Terminal {
  output = '';
  readonly #pty: IPty;
  #changed: () => void = () => undefined;

  constructor(folder: string, variables: NodeJS.ProcessEnv = {}) {
    this.#pty = spawn('/bin/sh', ['-i'], {
      cwd: folder,
      cols: 80,
      rows: 24,
      env: {
        PATH: `${dirname(ckpt)}:${process.env['PATH']}`,
        PS1: 'prompt> ',
        TERM: 'xterm',
        HOME: folder,
        ...variables,
      },
    });
    this.#pty.onData((data) => {
      this.output += data;
      this.#changed();
    });
    onTestFinished(() => this.#pty.kill('SIGKILL'));
  }

  type(text: string): void {
    this.output = '';
    this.#pty.write(text);
  }

  /** Waits until this is on the terminal, since the last thing that was typed. */
  async see(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found;
      await new Promise<void>((resolve, reject) => {
        this.#changed = resolve;
        setTimeout(reject, 30_000, new Error(`no ${pattern} in ${this.output}`)).unref();
      });
    }
  }
}
