const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();
const ESCAPE_BASE = 0xdc00;

/**
 * Bytes of /proc as text. File names are bytes, and not always UTF-8: each byte that is not becomes
 * a lone surrogate U+DC80 to U+DCFF (as Python's surrogateescape), so nothing is lost and
 * {@link encodeProc} gives the bytes back.
 */
export function decodeProc(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes);
  } catch {
    return decodeLossless(bytes);
  }
}

/** The bytes of a text of {@link decodeProc}: to open a file whose name is not UTF-8, for one. */
export function encodeProc(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - ESCAPE_BASE);
    else bytes.push(...ENCODER.encode(character));
  }
  return Uint8Array.from(bytes);
}

function decodeLossless(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] ?? 0);
    const sequence = bytes.subarray(at, at + length);
    try {
      text += STRICT.decode(sequence);
      at += length;
    } catch {
      text += String.fromCharCode(ESCAPE_BASE + (bytes[at] ?? 0));
      at += 1;
    }
  }
  return text;
}

/** How many bytes a UTF-8 sequence has, by its first. */
function sequenceLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
