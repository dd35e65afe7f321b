import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeImage, fromBytes, ImageError, openImage } from '../src/index.ts';
import { anyImage } from './arbitrary-image.ts';
import { smallContents } from './mutants/mutant.ts';
import { mutants } from './mutants.ts';
import { reseal } from './reseal.ts';
import { sample } from './sample-image.ts';

// The restarter's reader in C and this one take the same files.

const folder = mkdtempSync(join(process.env['CKPT_TEST_TMP'] ?? tmpdir(), 'ckpt-format-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compiler = process.env['CC'] ?? 'cc';
const has = spawnSync(compiler, ['--version']).status === 0;
const decode = join(folder, 'decode');

function compile(): void {
  const c = fileURLToPath(new URL('../../../c/', import.meta.url));
  const sources = [
    'tests/decode.c',
    ...['say', 'read', 'fields', 'decode', 'decode_notes'].map((name) => `restart/${name}.c`),
    ...['cbor_read', 'crc32c', 'str'].map((name) => `common/${name}.c`),
  ];
  const flags = ['-O1', '-ffreestanding', '-fno-strict-aliasing', '-DCKPT_HOSTED'];
  const args = [...flags, '-I.', '-Iinclude', '-o', decode, ...sources];
  execFileSync(compiler, args, { cwd: c });
}

/** What the reader in C says of each. */
function readInC(files: readonly Uint8Array[]): string[] {
  files.forEach((file, i) => {
    writeFileSync(join(folder, `${i}`), file);
  });
  const names = files.map((_, i) => `${i}`);
  const lines = execFileSync(decode, names, { cwd: folder, encoding: 'utf8' }).trim().split('\n');
  expect(lines.length).toBe(files.length);
  return lines.map((line, i) => {
    expect(line.startsWith(`ckpt: ${i}: `)).toBe(true);
    return line.slice(`ckpt: ${i}: `.length);
  });
}

async function readHere(file: Uint8Array): Promise<string> {
  try {
    await openImage(fromBytes(file));
    return 'read';
  } catch (error) {
    expect(error).toBeInstanceOf(ImageError);
    return (error as ImageError).message;
  }
}

async function disagreements(files: readonly (readonly [string, Uint8Array])[]): Promise<string[]> {
  const inC = readInC(files.map(([, file]) => file));
  const found: string[] = [];
  for (const [i, [name, file]] of files.entries()) {
    const here = await readHere(file);
    if ((here === 'read') !== (inC[i] === 'read'))
      found.push(`${name}: here "${here}", in C "${inC[i]}"`);
  }
  return found;
}

describe.skipIf(!has)('the readers in C and here agree', () => {
  const rounds = Number(process.env['CKPT_ROUNDS'] ?? 300);

  it('on every sort of damage behind the checksums', async () => {
    compile();
    const files = mutants.map(({ name, file }) => [name, file] as const);
    expect(await disagreements(files)).toEqual([]);
    expect(readInC(files.map(([, file]) => file)).map((line) => line === 'read')).toEqual(
      mutants.map(({ fine }) => fine),
    );
  }, 120_000);

  it('on whatever the format allows', async () => {
    const images = fc.sample(anyImage, { numRuns: Math.min(rounds, 2000) });
    const files = images.map(
      ({ model, contents }, i) => [`any ${i}`, encodeImage(model, contents)] as const,
    );
    expect(await disagreements(files)).toEqual([]);
    expect(new Set(readInC(files.map(([, file]) => file)))).toEqual(new Set(['read']));
  }, 600_000);

  it('on bytes altered anywhere in the head', async () => {
    const whole = encodeImage(sample, smallContents);
    const notes = Number(new DataView(whole.buffer).getBigUint64(72, true));
    const end = notes + Number(new DataView(whole.buffer).getBigUint64(96, true));
    const place = fc.oneof(
      fc.integer({ min: 120, max: notes - 57 }),
      fc.integer({ min: notes, max: end - 1 }),
      fc.integer({ min: end - 3000, max: end - 1 }),
    );
    const value = fc.oneof(fc.constantFrom(0, 1, 0x18, 0x1b, 0x5b, 0x81, 0xa1, 0xff), fc.nat(255));
    const edits = fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 3 });
    for (let done = 0; done < rounds; done += 500) {
      const all = fc.sample(edits, { numRuns: Math.min(500, rounds - done) }).map((edit) => {
        const bytes = whole.slice();
        for (const [at, byte] of edit) bytes[at] = byte;
        return [JSON.stringify(edit), reseal(bytes)] as const;
      });
      expect(await disagreements(all)).toEqual([]);
      if (done > 0 && done % 10_000 === 0) console.log(`${done} of ${rounds}`);
    }
  }, 3_600_000);
});
