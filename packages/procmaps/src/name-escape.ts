/**
 * A path as the kernel prints it: a newline becomes `\012`, and nothing else changes.
 *
 * Source: fs/seq_file.c (mangle_path), called by fs/proc/task_mmu.c with "\n".
 */
export function escapeName(path: string): string {
  return path.includes('\n') ? path.replaceAll('\n', '\\012') : path;
}

/**
 * A path from a printed name: the inverse of {@link escapeName}. The kernel does not escape the
 * backslash, so a path that holds a literal `\012` comes back with a newline.
 */
export function unescapeName(name: string): string {
  return name.includes('\\012') ? name.replaceAll('\\012', '\n') : name;
}
