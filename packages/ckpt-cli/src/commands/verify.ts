import type { VerifyProblem } from '@ckpt/format';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { defaultImage } from '../default-image.ts';
import { count } from '../text/count.ts';
import { standard } from '../text/output.ts';
import { printable } from '../text/printable.ts';
import { progressLine } from '../text/progress-line.ts';
import { formatSize } from '../text/size.ts';
import { painter } from '../text/style.ts';
import { toJson } from '../text/to-json.ts';

const examples = `
Looks at every byte. Exit status 0: whole and unaltered; 125: not.

Examples:
  ckpt verify
  ckpt verify noon.ckpt --json`;

export function verifyCommand(): Command {
  return new Command('verify')
    .summary('is it whole and unaltered; where not')
    .description('Says whether an image is whole and unaltered, and where not.')
    .usage('[options] [FILE]')
    .argument('[file]', 'the image', defaultImage)
    .option('--json', 'as JSON')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', examples)
    .action(verify);
}

async function verify(file: string, options: { readonly json?: boolean }): Promise<void> {
  const { verifyImage, toText } = await import('@ckpt/format');
  const { fromFile } = await import('@ckpt/format/node');
  const source = await fromFile(file);
  const line = progressLine(standard(2));
  const onProgress = ({ done, total }: { done: number; total: number }) =>
    line.update(`verifying ${formatSize(done)} of ${formatSize(total)}`);
  const report = await verifyImage(source, { onProgress }).finally(() => {
    line.clear();
    return source.close();
  });
  if (options.json === true) {
    standard(1).write(`${toJson({ file, size: source.size, ...report }, toText)}\n`);
  } else if (report.ok) {
    const word = painter(standard(1))('green', 'whole and unaltered');
    const facts = `${formatSize(source.size)}, ${count(report.chunks, 'chunk')} of data`;
    standard(1).write(`${printable(file)}: ${word}: ${facts}\n`);
  } else {
    for (const problem of report.problems)
      standard(1).write(`${problemLine(file, problem, toText)}\n`);
  }
  if (!report.ok)
    throw new CliError(`${file}: is damaged; use another copy, or save the program again`);
}

function problemLine(
  file: string,
  problem: VerifyProblem,
  text: (bytes: Uint8Array) => string,
): string {
  const places: { start: bigint; end: bigint; name: string }[] = [];
  for (const { start, end, region } of problem.memory ?? []) {
    const name = text(region.name) || region.kind;
    const last = places.at(-1);
    // The parts of one file are regions of their own.
    if (last?.end === start && last.name === name) last.end = end;
    else places.push({ start, end, name });
  }
  const shown = places.map(
    ({ start, end, name }) => `${start.toString(16)}-${end.toString(16)} ${name}`,
  );
  const memory = shown.length === 0 ? '' : `; memory ${shown.join(', ')}`;
  return `${printable(file)}: ${problem.message}${memory}`;
}
