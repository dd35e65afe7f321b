// What ./proc-self-maps of the course does, by @ckpt/procmaps: node examples/proc-self-maps.mjs. In a program of your own
// the import is '@ckpt/procmaps'.
import { readMaps } from '../packages/procmaps/dist/index.js';

console.log(`    *** Memory segments of ${process.argv[1]} ***`);
for (const { start, end, name, read, write, execute } of await readMaps('self')) {
  console.log(
    `${name || '(nameless)'} (${read ? 'r' : '-'}${write ? 'w' : '-'}${execute ? 'x' : '-'})`,
  );
  console.log(`  Address-range: 0x${start.toString(16)} - 0x${end.toString(16)}`);
}
