import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ckpt } from './tools/paths.ts';
import { runProgram } from './tools/run-ckpt.ts';
import { tempFolder } from './tools/temp-folder.ts';

// A pipe is shared with whoever else has it, perhaps with the program that is being saved: were it made non-blocking, even for
// a moment, that program would lose output.

const folder = tempFolder();
const hook = join(folder, 'hook.cjs');
const flags = join(folder, 'flags');
writeFileSync(
  hook,
  `const fs = require('node:fs');
  const flags = (fd) => /^flags:\\s*(\\d+)/m.exec(fs.readFileSync('/proc/self/fdinfo/' + fd, 'latin1'))[1].slice(-6);
  process.on('exit', () => fs.writeFileSync(process.env.FLAGS, [0, 1, 2].map(flags).join(' ')));`,
);

test.each([
  'ps',
  'ps --json',
  'check',
  '--help',
  'run --help',
  'wrong',
  'checkpoint 1',
  'verify /dev/null',
  'inspect /dev/null',
  'run ./no-such-program',
  'restart no-such-image',
])('ckpt %s leaves pipes as they are', (words) => {
  const env = { ...process.env, NODE_OPTIONS: `--require ${hook}`, FLAGS: flags };
  writeFileSync(flags, '');
  const { stderr } = runProgram('/bin/sh', ['-c', `: | { ${ckpt} ${words} 2>&1; } | cat`], {
    cwd: folder,
    env,
  });
  expect(stderr).toBe('');
  expect(readFileSync(flags, 'utf8')).toBe('000000 000001 000001');
});
