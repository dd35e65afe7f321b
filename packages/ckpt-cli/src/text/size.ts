const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** A number of bytes for people: `512 B`, `3.1 MiB`, `120 GiB`. */
export function formatSize(bytes: number | bigint): string {
  const count = Number(bytes);
  if (count < 1024) return `${count} B`;
  let value = count;
  let unit: string = 'B';
  for (const next of units) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${value.toFixed(value < 99.95 ? 1 : 0)} ${unit}`;
}
