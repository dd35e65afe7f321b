/** The strings of a block as /proc/PID/cmdline and environ have it: a NUL after each. */
export function splitWords(block: Buffer): Buffer[] {
  const words: Buffer[] = [];
  for (let at = 0; at < block.length; ) {
    const end = block.indexOf(0, at);
    words.push(block.subarray(at, end < 0 ? block.length : end));
    at = end < 0 ? block.length : end + 1;
  }
  return words;
}
