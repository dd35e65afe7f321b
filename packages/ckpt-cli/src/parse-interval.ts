import { wrongUsage } from './cli-error.ts';

const seconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };
const longest = 366 * 86400;

/** `30`, `30s`, `1.5m`, `2h`, `1d` in seconds. */
export function parseInterval(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const value = Number(number) * (seconds[unit] ?? 1);
  if (!(value > 0 && value <= longest)) {
    throw wrongUsage(`--interval '${text}' is not a time: give one such as 30s, 10m or 2h`);
  }
  return value;
}
