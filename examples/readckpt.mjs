// What ./readckpt of the course does, by @ckpt/format: node examples/readckpt.mjs mycheckpoint. In a program of your own
// the imports are '@ckpt/format' and '@ckpt/format/node'.
import { openImage, toText } from '../packages/ckpt-format/dist/index.js';
import { fromFile } from '../packages/ckpt-format/dist/node.js';

const file = process.argv[2] ?? 'mycheckpoint';
const source = await fromFile(file);
const image = await openImage(source);
console.log(`    *** Memory segments of ${file} ***`);
for (const { start, end, name, prot } of image.regions) {
  const letters = `${prot & 1 ? 'r' : '-'}${prot & 2 ? 'w' : '-'}${prot & 4 ? 'x' : '-'}`;
  console.log(`${toText(name) || '(nameless)'} (${letters})`);
  console.log(`  Address-range: 0x${start.toString(16)} - 0x${end.toString(16)}`);
}
for (const { tid, registers } of image.threads) {
  console.log(`    *** Registers of thread ${tid} ***`);
  for (const [name, value] of Object.entries(registers))
    console.log(`  ${name.padEnd(9)}0x${value.toString(16).padStart(16, '0')}`);
}
await source.close();
