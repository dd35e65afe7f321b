import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the command starts', () => {
  const bin = fileURLToPath(new URL('../bin/ckpt', import.meta.url));
  expect(spawnSync(bin).status).toBe(0);
});
