import type { CborReader } from './cbor-reader.ts';
import { type Codec, invalid } from './codec.ts';

/** One key of a map. */
export interface Field<T> {
  readonly key: string;
  readonly codec: Codec<T>;
  readonly required: boolean;
}

/** A key that must be there. */
export function required<T>(key: string, codec: Codec<T>): Field<T> {
  return { key, codec, required: true };
}

/** A key that may be missing: the property is then absent. */
export function optional<T>(key: string, codec: Codec<T>): Field<T> {
  return { key, codec, required: false };
}

/**
 * An object that lies as a map. Keys are read in any order and written in the order given; unknown keys
 * are skipped, so that later writers may add some; a key that comes twice is damage.
 */
export function struct<T extends object>(
  fields: {
    readonly [K in keyof T]-?: Field<NonNullable<T[K]>>;
  },
): Codec<T> {
  const entries = Object.entries(fields) as [string, Field<unknown>][];
  const byKey = new Map(entries.map((entry) => [entry[1].key, entry]));
  return {
    read: (reader) => {
      const start = reader.position;
      const object: Record<string, unknown> = {};
      for (let pairs = reader.map(); pairs > 0; pairs--) readPair(reader, byKey, object);
      for (const [name, field] of entries) {
        if (field.required && object[name] === undefined) {
          throw reader.error(`key "${field.key}" is missing`, 'damaged', start);
        }
      }
      return object as T;
    },
    write: (writer, value) => {
      const present = entries.filter(([name]) => value[name as keyof T] !== undefined);
      writer.map(present.length);
      for (const [name, field] of entries) {
        const property = value[name as keyof T];
        if (property !== undefined) {
          writer.shortText(field.key);
          field.codec.write(writer, property);
        } else if (field.required) throw invalid(`"${name}" is missing`);
      }
    },
  };
}

function readPair(
  reader: CborReader,
  byKey: ReadonlyMap<string, [string, Field<unknown>]>,
  object: Record<string, unknown>,
): void {
  const start = reader.position;
  const key = reader.shortText();
  const entry = byKey.get(key);
  if (entry === undefined) {
    reader.skip();
    return;
  }
  const [name, field] = entry;
  if (object[name] !== undefined) throw reader.error(`key "${key}" comes twice`, 'damaged', start);
  object[name] = field.codec.read(reader);
}
