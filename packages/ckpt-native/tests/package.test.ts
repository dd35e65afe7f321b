import { accessSync, constants, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { CkptError, capabilities, paths } from '../src/index.ts';

interface Manifest {
  readonly scripts: Record<string, string>;
  readonly publishConfig: { readonly executableFiles: readonly string[] };
}

const manifest = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as Manifest;

test('nothing runs when the package is installed', () => {
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
    expect(manifest.scripts).not.toHaveProperty(name);
  }
});

test('a packed program keeps its run bit', () => {
  const { restarter, ticker } = paths();
  for (const path of [restarter, ticker]) {
    expect(manifest.publishConfig.executableFiles).toContain(`./build/Release/${basename(path)}`);
  }
});

test('every part lies where paths() says, and the programs may be executed', () => {
  const { addon, library, restarter, ticker } = paths();
  for (const path of [addon, library]) accessSync(path, constants.R_OK);
  for (const path of [restarter, ticker]) accessSync(path, constants.X_OK);
});

test('the capabilities of this machine are whole sentences, and ok is the sum', async () => {
  const { items, ok, kernel, machine } = await capabilities();
  expect(machine).toBe('x86_64');
  expect(kernel).toMatch(/^\d+\.\d+/);
  expect(new Set(items.map(({ name }) => name)).size).toBe(items.length);
  for (const { found, effect } of items) expect(`${found} ${effect}`).not.toMatch(/undefined|NaN/);
  expect(ok).toBe(items.every((item) => item.ok || !item.required));
});

test('an error carries its facts', () => {
  const error = new CkptError('busy', 'text', { pid: 7, path: '/x', hints: ['a'], cause: 'b' });
  expect(error).toMatchObject({ code: 'busy', pid: 7, path: '/x', hints: ['a'], cause: 'b' });
  expect(new CkptError('busy', 'text')).not.toHaveProperty('cause');
});
