import { expect, test } from 'vitest';
import { packageName } from '../src/index.ts';

test('the package knows its name', () => {
  expect(packageName).toBe('@ckpt/native');
});
