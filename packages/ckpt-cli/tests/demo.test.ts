import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runProgram } from './tools/run-ckpt.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

// It leaves counting-test in the repository's root.
test.skipIf(!writable(repository))('the demo works without a terminal', () => {
  const { status, stdout, stderr } = runProgram('sh', [`${repository}examples/demo.sh`]);
  expect(status, stderr).toBe(0);
  expect(stdout).not.toContain('\x1b');
  expect(stdout).toMatch(/is: 4\n[\s\S]*\$ ckpt checkpoint \d+\nmycheckpoint: [^\n]* in all\n/);
  expect(stdout).toMatch(
    /\$ kill -9 [\s\S]*\$ ckpt restart mycheckpoint\nThe next counting number is: [56]\n/,
  );
  expect(stdout).toMatch(/is: 10\n\n# That was the demo/);
});
