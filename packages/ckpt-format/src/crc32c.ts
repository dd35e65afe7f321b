/**
 * CRC-32C (Castagnoli, as in iSCSI), slicing by 16: four 32-bit loads and sixteen table look-ups a round.
 * All tables lie in one array, so V8 proves every index to be in bounds. bench/format.mjs measures it:
 * about 1.8 GB/s where slicing by 8 over separate tables gives 1.3 and one byte at a time 0.4.
 */
const tables: Int32Array = makeTables();

/**
 * The checksum of `bytes`, or of all bytes so far.
 * @param previous the checksum of the bytes before these; 0 at the start.
 * @returns an unsigned 32-bit number
 */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  const length = bytes.length;
  let crc = ~previous;
  let i = 0;
  // Up to an address that a 32-bit load may have, then by words, then the rest.
  while (i < length && ((bytes.byteOffset + i) & 3) !== 0) crc = addByte(crc, bytes[i++]);
  if (length - i >= 16) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + i, ((length - i) >> 4) << 2);
    crc = addWords(crc, words);
    i += words.byteLength;
  }
  while (i < length) crc = addByte(crc, bytes[i++]);
  return ~crc >>> 0;
}

function addByte(crc: number, byte: number | undefined): number {
  return (crc >>> 8) ^ at(tables, (crc ^ (byte as number)) & 255);
}

/** `words` is a multiple of four words, little-endian as every machine that runs JavaScript today. */
function addWords(start: number, words: Int32Array): number {
  const t = tables;
  let crc = start;
  for (let j = 0; j < words.length; j += 4) {
    const a = at(words, j) ^ crc;
    const b = at(words, j + 1);
    const c = at(words, j + 2);
    const d = at(words, j + 3);
    crc =
      at(t, 3840 | (a & 255)) ^
      at(t, 3584 | ((a >>> 8) & 255)) ^
      at(t, 3328 | ((a >>> 16) & 255)) ^
      at(t, 3072 | (a >>> 24)) ^
      at(t, 2816 | (b & 255)) ^
      at(t, 2560 | ((b >>> 8) & 255)) ^
      at(t, 2304 | ((b >>> 16) & 255)) ^
      at(t, 2048 | (b >>> 24)) ^
      at(t, 1792 | (c & 255)) ^
      at(t, 1536 | ((c >>> 8) & 255)) ^
      at(t, 1280 | ((c >>> 16) & 255)) ^
      at(t, 1024 | (c >>> 24)) ^
      at(t, 768 | (d & 255)) ^
      at(t, 512 | ((d >>> 8) & 255)) ^
      at(t, 256 | ((d >>> 16) & 255)) ^
      at(t, d >>> 24);
  }
  return crc;
}

function at(array: Int32Array, i: number): number {
  return array[i] as number;
}

function makeTables(): Int32Array {
  const all = new Int32Array(16 * 256);
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    all[i] = crc;
  }
  for (let i = 256; i < all.length; i++) {
    const before = at(all, i - 256);
    all[i] = (before >>> 8) ^ at(all, before & 255);
  }
  return all;
}
