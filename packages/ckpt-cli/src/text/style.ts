import { styleText } from 'node:util';
import type { Output } from './output.ts';

type Format = Parameters<typeof styleText>[0];

/** Paints text where the stream is a terminal with colours; NO_COLOR and TERM=dumb switch it off. */
export type Paint = (format: Format, text: string) => string;

export function painter(stream: Output): Paint {
  const colours = stream.isTTY && stream.hasColors();
  return (format, text) => (colours ? styleText(format, text) : text);
}
