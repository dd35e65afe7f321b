import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeImage, openImage } from '../src/index.ts';
import { fromFile } from '../src/node.ts';
import { errorOf, modelOf } from './image-parts.ts';
import { sample, sampleContents } from './sample-image.ts';

const folder = mkdtempSync(join(process.env['CKPT_TEST_TMP'] ?? tmpdir(), 'ckpt-format-'));
const path = join(folder, 'mycheckpoint');
writeFileSync(path, encodeImage(sample, sampleContents));
afterAll(() => rmSync(folder, { recursive: true }));

describe('fromFile', () => {
  it('opens an image', async () => {
    await using source = await fromFile(path);
    const image = await openImage(source);
    expect(image.name).toBe(path);
    expect(modelOf(image)).toEqual(sample);
    expect((await image.verify()).ok).toBe(true);
  });

  it('refuses what is no regular file', async () => {
    expect(await errorOf(fromFile(folder))).toMatchObject({
      code: 'not-an-image',
      message: `${folder}: is a directory, not a checkpoint image`,
    });
    execFileSync('mkfifo', [`${path}.pipe`]);
    expect((await errorOf(fromFile(`${path}.pipe`))).code).toBe('not-an-image');
    const error = await errorOf(fromFile(`${path}.none`));
    expect(error).toMatchObject({
      code: 'io',
      message: `${path}.none: cannot be opened: no such file or directory`,
      cause: { code: 'ENOENT' },
    });
  });

  it('says so when the file shrinks or closes while it is read', async () => {
    const copy = `${path}.copy`;
    writeFileSync(copy, readFileSync(path));
    const source = await fromFile(copy);
    const image = await openImage(source);
    truncateSync(copy, 100_000);
    expect(await errorOf(image.verify())).toMatchObject({ code: 'truncated', path: copy });
    await source.close();
    expect(await errorOf(image.verify())).toMatchObject({ code: 'io', path: copy });
  });
});

describe('the main entry', () => {
  it('imports nothing of Node', () => {
    const source = new URL('../src/', import.meta.url);
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
    const nodeOnly = files.filter(
      (file) =>
        file.endsWith('.ts') && /['"]node:/.test(readFileSync(new URL(file, source), 'utf8')),
    );
    expect(nodeOnly).toEqual(['file-source.ts']);
    const imported = (file: string): string[] =>
      [...readFileSync(new URL(file, source), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(
        ([, specifier]) => new URL(specifier as string, new URL(file, source)).href,
      );
    const importers = files.filter(
      (file) =>
        file.endsWith('.ts') && imported(file).includes(new URL('file-source.ts', source).href),
    );
    expect(importers).toEqual(['node.ts']);
  });

  it('needs no global of Node', () => {
    const source = new URL('../src/', import.meta.url);
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file === 'file-source.ts') continue;
      const text = readFileSync(new URL(file, source), 'utf8');
      expect([file, /\b(Buffer|globalThis|require|__dirname)\b|process\.env/.exec(text)]).toEqual([
        file,
        null,
      ]);
    }
  });
});
