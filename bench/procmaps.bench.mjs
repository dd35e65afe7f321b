// How long @ckpt/procmaps takes to parse and format 65,000 mappings: as many as the kernel allows a
// process by default (vm.max_map_count). Aim: well under 100 ms.
import { formatMaps, parseMaps } from '../packages/procmaps/dist/index.js';

const COUNT = 65_000;
const RUNS = 15;

const text = mapsText();
const first = milliseconds(() => parseMaps(text));
const parsed = median(() => parseMaps(text));
const regions = parseMaps(text);
const formatted = median(() => formatMaps(regions));
if (formatMaps(regions) !== text) throw new Error('formatMaps does not give the text back');

console.log(`${COUNT} mappings, ${(text.length / 2 ** 20).toFixed(1)} MiB of text`);
console.log(`parse, first run   ${first.toFixed(1).padStart(6)} ms`);
console.log(`parse, median      ${parsed.toFixed(1).padStart(6)} ms`);
console.log(`format, median     ${formatted.toFixed(1).padStart(6)} ms`);

function mapsText() {
  const names = ['', '', '/usr/lib/x86_64-linux-gnu/libc.so.6', '/tmp/with space (deleted)'];
  let lines = '';
  for (let i = 0; i < COUNT; i++) {
    const start = 0x7f0000000000 + i * 0x3000;
    const name = names[i % names.length];
    const file = name === '' ? '00000000 00:00 0 ' : '00026000 fe:00 260131 ';
    const prefix = `${start.toString(16)}-${(start + 0x2000).toString(16)} rw-p ${file}`;
    lines += name === '' ? `${prefix}\n` : `${prefix.padEnd(72)} ${name}\n`;
  }
  // From bytes, as a reader has it: a string that was added up is still in pieces.
  return Buffer.from(lines).toString();
}

function milliseconds(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(work) {
  const times = Array.from({ length: RUNS }, () => milliseconds(work)).sort((a, b) => a - b);
  return times[RUNS >> 1];
}
