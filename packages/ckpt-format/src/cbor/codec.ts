import { ImageError } from '../image-error.ts';
import type { CborReader } from './cbor-reader.ts';
import type { CborWriter } from './cbor-writer.ts';

/**
 * How one type of the model lies in CBOR: reading and writing are twins in one place.
 * `read` throws ImageError `damaged` or `too-large`, `write` throws ImageError `invalid`.
 */
export interface Codec<T> {
  read(reader: CborReader): T;
  write(writer: CborWriter, value: T): void;
}

export function invalid(detail: string): ImageError {
  return new ImageError('invalid', `cannot be encoded: ${detail}`);
}

/** An unsigned integer below 2^53. */
export const uint: Codec<number> = {
  read: (reader) => reader.uint(),
  write: (writer, value) => {
    if (!Number.isSafeInteger(value) || value < 0) throw invalid(`${value} is no unsigned integer`);
    writer.uint(value);
  },
};

/** An unsigned integer below 2^32. */
export const uint32: Codec<number> = intWithin(0, 0xffff_ffff);

/** An unsigned integer below 2^64. */
export const uint64: Codec<bigint> = {
  read: (reader) => reader.uint64(),
  write: (writer, value) => {
    if (typeof value !== 'bigint' || value < 0n || value >= 1n << 64n) {
      throw invalid(`${value} is no bigint of 64 unsigned bits`);
    }
    writer.uint(value);
  },
};

export const int: Codec<number> = {
  read: (reader) => reader.int(),
  write: (writer, value) => {
    if (!Number.isSafeInteger(value)) throw invalid(`${value} is no integer`);
    writer.int(value);
  },
};

/** An integer of a range. */
export function intWithin(least: number, most: number): Codec<number> {
  return {
    read: (reader) => {
      const start = reader.position;
      const value = reader.int();
      if (value >= least && value <= most) return value;
      throw reader.error(`${value} is not within ${least} to ${most}`, 'damaged', start);
    },
    write: (writer, value) => {
      if (!Number.isInteger(value) || value < least || value > most)
        throw invalid(`${value} is not within ${least} to ${most}`);
      writer.int(value);
    },
  };
}

export const bool: Codec<boolean> = {
  read: (reader) => reader.bool(),
  write: (writer, value) => writer.bool(value),
};

/** A byte string of up to `max` bytes. */
export function bytesUpTo(max: number): Codec<Uint8Array> {
  return {
    read: (reader) => {
      const start = reader.position;
      const bytes = reader.byteString();
      if (bytes.length <= max) return bytes;
      throw reader.error(`${bytes.length} bytes where ${max} are the limit`, 'too-large', start);
    },
    write: (writer, value) => {
      if (value.length > max) throw invalid(`${value.length} bytes where ${max} are the limit`);
      writer.byteString(value);
    },
  };
}

/** A byte string of exactly `size` bytes. */
export function bytesOf(size: number): Codec<Uint8Array> {
  return {
    read: (reader) => {
      const start = reader.position;
      const bytes = reader.byteString();
      if (bytes.length === size) return bytes;
      throw reader.error(`${bytes.length} bytes where ${size} belong`, 'damaged', start);
    },
    write: (writer, value) => {
      if (value.length !== size) throw invalid(`${value.length} bytes where ${size} belong`);
      writer.byteString(value);
    },
  };
}

/** A name or path of the kernel's: shorter than `max` bytes, without NUL. */
export function pathBelow(max: number): Codec<Uint8Array> {
  const any = bytesUpTo(max - 1);
  return {
    read: (reader) => {
      const start = reader.position;
      const bytes = any.read(reader);
      if (!bytes.includes(0)) return bytes;
      throw reader.error('a NUL in a name', 'damaged', start);
    },
    write: (writer, value) => {
      if (value.includes(0)) throw invalid('a NUL in a name');
      any.write(writer, value);
    },
  };
}

/** One of these words, as text. */
export function choice<T extends string>(words: readonly T[]): Codec<T> {
  const known = new Map<string, T>(words.map((word) => [word, word]));
  return {
    read: (reader) => {
      const start = reader.position;
      const text = reader.shortText();
      const word = known.get(text);
      if (word === undefined) throw reader.error(`unknown kind "${text}"`, 'damaged', start);
      return word;
    },
    write: (writer, value) => {
      if (!known.has(value)) throw invalid(`unknown kind "${value}"`);
      writer.shortText(value);
    },
  };
}

/** An array of up to `max` items. */
export function list<T>(item: Codec<T>, max: number): Codec<readonly T[]> {
  return {
    read: (reader) => {
      const start = reader.position;
      const count = reader.array();
      if (count > max)
        throw reader.error(`${count} items where ${max} are the limit`, 'too-large', start);
      const items: T[] = [];
      for (let i = 0; i < count; i++) items.push(item.read(reader));
      return items;
    },
    write: (writer, items) => {
      if (items.length > max) throw invalid(`${items.length} items where ${max} are the limit`);
      writer.array(items.length);
      for (const value of items) item.write(writer, value);
    },
  };
}

/** An array of exactly `count` items. */
export function listOf<T>(item: Codec<T>, count: number): Codec<readonly T[]> {
  const any = list(item, count);
  return {
    read: (reader) => {
      const start = reader.position;
      const items = any.read(reader);
      if (items.length === count) return items;
      throw reader.error(`${items.length} items where ${count} belong`, 'damaged', start);
    },
    write: (writer, items) => {
      if (items.length !== count) throw invalid(`${items.length} items where ${count} belong`);
      any.write(writer, items);
    },
  };
}

/** An object that lies as an array: its properties in this order. */
export function row<T extends object>(columns: { readonly [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const entries = Object.entries(columns) as [string, Codec<unknown>][];
  return {
    read: (reader) => {
      const start = reader.position;
      const count = reader.array();
      if (count !== entries.length) {
        throw reader.error(`${count} items where ${entries.length} belong`, 'damaged', start);
      }
      const object: Record<string, unknown> = {};
      for (const [name, codec] of entries) object[name] = codec.read(reader);
      return object as T;
    },
    write: (writer, value) => {
      writer.array(entries.length);
      for (const [name, codec] of entries) codec.write(writer, value[name as keyof T]);
    },
  };
}
