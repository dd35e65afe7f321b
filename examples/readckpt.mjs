// What is in a checkpoint image: `node examples/read-image.mjs mycheckpoint` prints start, end and name of
// every memory segment, and the registers of every thread. In a program of your own the imports are
// '@ckpt/format' and '@ckpt/format/node'.
import { openImage, toText } from '../packages/ckpt-format/dist/index.js';
import { fromFile } from '../packages/ckpt-format/dist/node.js';

const hex = (value) => value.toString(16).padStart(16, '0');
const source = await fromFile(process.argv[2] ?? 'mycheckpoint');
const image = await openImage(source);
for (const { start, end, region } of image.segments()) {
  console.log(hex(start), hex(end), toText(region.name));
}
for (const { tid, registers } of image.threads) {
  console.log(`\nthread ${tid}`);
  for (const [name, value] of Object.entries(registers)) console.log(name.padEnd(8), hex(value));
}
await source.close();
