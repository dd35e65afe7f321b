import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  decodeProc,
  encodeProc,
  findRegion,
  formatMaps,
  formatSmaps,
  parseMaps,
  parseSmaps,
  parseSmapsRollup,
  type Region,
  type RegionKind,
  readMaps,
  readSmaps,
  readSmapsRollup,
  type SmapsRegion,
} from '../src/index.ts';
import { type OddMappings, startOddMappings } from './odd-mappings.ts';

let target: OddMappings;
let maps: Region[];
let smaps: SmapsRegion[];

beforeAll(async () => {
  target = await startOddMappings();
  maps = await readMaps(target.pid);
  smaps = await readSmaps(target.pid);
});

afterAll(() => target?.stop());

function proc(file: string): Buffer {
  return readFileSync(`/proc/${target.pid}/${file}`);
}

function kinds(kind: RegionKind): Region[] {
  return maps.filter((region) => region.kind === kind);
}

/** The mappings of user space: all but vsyscall, which is no mapping of the process. */
function mapped<R extends Region>(regions: readonly R[]): R[] {
  return regions.filter((region) => region.kind !== 'vsyscall');
}

describe('every kind is recognised', () => {
  test('the ones that every process has', () => {
    for (const kind of ['heap', 'stack', 'vdso', 'vvar', 'anonymous', 'file'] as const) {
      expect(kinds(kind), kind).not.toEqual([]);
    }
  });

  test('files keep their paths, bytes and all', () => {
    const names = readdirSync(Buffer.from(target.folder), { encoding: 'buffer' });
    // Such a file cannot be told from a deleted one by its name.
    const expected = names.map((name) => decodeProc(name).replace(/ \(deleted\)$/, ''));
    const here = maps.filter((region) => region.path?.startsWith(`${target.folder}/`));
    const found = here.map((region) => region.path?.slice(target.folder.length + 1));
    expect(found.sort()).toEqual([...expected, 'gone'].sort());
    expect(here.filter((region) => region.kind === 'deleted-file')).toHaveLength(2);
    const odd = expected.find((name) => name.startsWith('bytes')) ?? '';
    expect([...encodeProc(odd)]).toEqual([...Buffer.from('bytes \xff\xc3', 'latin1')]);
  });

  test('memory that is no file', () => {
    expect(kinds('memfd')).toMatchObject([{ label: 'a memfd', shared: true }]);
    expect(kinds('sysv')).toMatchObject([{ label: '00000000', shared: true }]);
    expect(kinds('shared-anonymous')).toMatchObject([{ shared: true, write: true }]);
  });
});

describe('what the kernel prints is what is formatted', () => {
  test('maps', () => {
    const bytes = proc('maps');
    expect(Buffer.from(encodeProc(formatMaps(parseMaps(decodeProc(bytes)))))).toEqual(bytes);
    expect(parseMaps(decodeProc(bytes))).toEqual(maps);
  });

  test('smaps', () => {
    const bytes = proc('smaps');
    expect(Buffer.from(encodeProc(formatSmaps(parseSmaps(decodeProc(bytes)))))).toEqual(bytes);
  });

  test('smaps_rollup', () => {
    const text = proc('smaps_rollup').toString();
    expect(formatSmaps([parseSmapsRollup(text)])).toBe(text);
  });
});

describe("the kernel's other views say the same", () => {
  test('smaps has the regions of maps, and their sizes', () => {
    expect(smaps.map(({ sizes, values, flags, ...region }) => region)).toEqual(maps);
    for (const { start, end, sizes, flags, ...region } of smaps) {
      expect(BigInt(sizes.Size ?? -1)).toBe(end - start);
      expect(flags?.includes('rd')).toBe(region.read);
      expect(flags?.includes('wr')).toBe(region.write);
      expect(flags?.includes('ex')).toBe(region.execute);
    }
  });

  test('smaps_rollup has the sums of smaps', async () => {
    const { rollup, regions } = await readBoth();
    expect(rollup).toMatchObject({ kind: 'special', start: maps[0]?.start });
    for (const [name, sum] of Object.entries(rollup?.sizes ?? {})) {
      const values = regions.map(({ sizes }) => sizes[name]);
      if (values.includes(undefined)) continue; // Pss_Anon and its like are in the rollup alone.
      const total = values.reduce<number>((all, value = 0) => all + value, 0);
      // Proportional sizes are rounded down to a kB in each entry of smaps.
      const slack = name.includes('Pss') ? 1024 * regions.length : 0;
      expect((sum ?? 0) - total, name).toBeGreaterThanOrEqual(0);
      expect((sum ?? 0) - total, name).toBeLessThanOrEqual(slack);
    }
  });

  test('statm has the number of pages', () => {
    const pageSize = BigInt(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));
    const [pages = ''] = proc('statm').toString().split(' ');
    const bytes = mapped(maps).reduce((sum, { start, end }) => sum + end - start, 0n);
    expect(bytes / pageSize).toBe(BigInt(pages));
  });

  test('stat has the stack and the program in the right regions', () => {
    const fields = proc('stat').toString().split(') ')[1]?.split(' ') ?? [];
    const [startCode, , startStack] = fields.slice(23).map(BigInt);
    expect(findRegion(maps, startCode ?? 0n)).toMatchObject({ kind: 'file', execute: true });
    expect(findRegion(maps, startStack ?? 0n)).toMatchObject({ kind: 'stack' });
  });

  test('map_files has the mappings of files, and where the links may be read, their names', () => {
    const range = ({ start, end }: Region) => `${start.toString(16)}-${end.toString(16)}`;
    // The first System V segment of a machine has inode 0, but a device.
    const backed = maps.filter(({ inode, major, minor }) => inode !== 0n || major + minor !== 0);
    expect(readdirSync(`/proc/${target.pid}/map_files`).sort()).toEqual(backed.map(range).sort());
    for (const region of backed) {
      const link = readLink(`/proc/${target.pid}/map_files/${range(region)}`);
      if (link === undefined) continue;
      const name = decodeProc(link);
      expect(region.path ?? name).toBe(
        region.kind === 'deleted-file' ? name.replace(/ \(deleted\)$/, '') : name,
      );
    }
  });

  test('pmap -X', ({ skip }) => {
    const pmap = spawnSync('pmap', ['-X', String(target.pid)], { env: { LC_ALL: 'C' } });
    if (pmap.error !== undefined) skip('there is no pmap');
    const [, head = '', ...lines] = pmap.stdout.toString('latin1').split('\n');
    const columns = head.trim().split(/ +/);
    const sum = lines.findIndex((line) => /^ *=/.test(line));
    const rows = lines.slice(0, sum).map((line) => {
      const cells = line.trim().split(/ +/);
      return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
    });
    const ours = smaps.map((region) => ({
      Address: region.start.toString(16).padStart(8, '0'),
      Offset: region.offset.toString(16).padStart(8, '0'),
      Device: [region.major, region.minor].map((n) => n.toString(16).padStart(2, '0')).join(':'),
      Inode: String(region.inode),
      Size: String((region.sizes.Size ?? 0) / 1024),
      Rss: String((region.sizes.Rss ?? 0) / 1024),
      Referenced: String((region.sizes.Referenced ?? 0) / 1024),
      Anonymous: String((region.sizes.Anonymous ?? 0) / 1024),
    }));
    const theirs = rows.map((row) =>
      Object.fromEntries(Object.keys(ours[0] ?? {}).map((column) => [column, row[column]])),
    );
    expect(theirs).toEqual(ours);
    expect(rows.map(({ Perm }) => Perm)).toEqual(
      maps.map(
        (region) =>
          (region.read ? 'r' : '-') +
          (region.write ? 'w' : '-') +
          (region.execute ? 'x' : '-') +
          (region.shared ? 's' : 'p'),
      ),
    );
  });
});

/** Other processes share pages and come and go: reads until smaps is the same before and after. */
async function readBoth(): Promise<{ rollup: SmapsRegion | undefined; regions: SmapsRegion[] }> {
  for (;;) {
    const before = proc('smaps');
    const rollup = await readSmapsRollup(target.pid);
    const after = proc('smaps');
    if (before.equals(after)) return { rollup, regions: parseSmaps(decodeProc(after)) };
  }
}

function readLink(path: string): Buffer | undefined {
  try {
    return readlinkSync(path, { encoding: 'buffer' });
  } catch (error) {
    // Following these links needs CAP_CHECKPOINT_RESTORE (man 5 proc_pid_map_files).
    if (error instanceof Error && 'code' in error && error.code === 'EPERM') return undefined;
    throw error;
  }
}
