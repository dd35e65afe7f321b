// Runs every bench/*.bench.mjs in turn, or those whose names contain one of the arguments:
//   pnpm bench            all
//   pnpm bench procmaps   bench/procmaps.bench.mjs
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.mjs'))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)))
  .sort();

if (files.length === 0) {
  console.error(`no bench matches: ${wanted.join(' ')}`);
  process.exit(2);
}
for (const file of files) {
  console.log(`\n## ${file}`);
  const { status } = spawnSync(process.execPath, [join(folder, file)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
