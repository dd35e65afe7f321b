/**
 * A byte string of the image as text that is safe to print on one line: UTF-8; control characters, and all
 * bytes above 0x7f where the string is not UTF-8, as `\xNN`. Not reversible: a backslash stays one.
 */
export function toText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    text = Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : hex(byte))).join(
      '',
    );
  }
  return text.replace(/\p{Cc}/gu, (c) => hex(c.charCodeAt(0)));
}

/** The arguments in `Process.args`: as many as there are NULs, and one more where the last has none. */
export function splitArguments(args: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  while (start < args.length) {
    const nul = args.indexOf(0, start);
    const end = nul < 0 ? args.length : nul;
    parts.push(args.subarray(start, end));
    start = end + 1;
  }
  return parts;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
