/**
 * JSON for scripts: addresses and masks (bigint) as `"0x…"`, byte strings as given by `bytes`. Without it a
 * byte string is an error.
 */
export function toJson(value: unknown, bytes?: (value: Uint8Array) => string): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => {
      if (typeof item === 'bigint') return `0x${item.toString(16)}`;
      if (item instanceof Uint8Array) {
        if (bytes === undefined) throw new TypeError('a byte string in JSON');
        return bytes(item);
      }
      return item;
    },
    2,
  );
}
