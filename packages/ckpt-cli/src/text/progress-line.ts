import type { Output } from './output.ts';

/** Nothing is shown before so many milliseconds. */
const patience = 1000;
const clearLine = '\r\x1b[K';

/** A line on a terminal that is written over and over, and taken away at the end. */
export interface ProgressLine {
  update(text: string): void;
  clear(): void;
}

/** Shows progress only where the stream is a terminal, and only once it has taken longer than a second. */
export function progressLine(stream: Output): ProgressLine {
  if (!stream.isTTY) return { update: () => undefined, clear: () => undefined };
  const start = performance.now();
  let shown = '';
  return {
    update: (text) => {
      if (text === shown || performance.now() - start < patience) return;
      shown = text;
      stream.write(`${clearLine}${text}`);
    },
    clear: () => {
      if (shown !== '') stream.write(clearLine);
      shown = '';
    },
  };
}
