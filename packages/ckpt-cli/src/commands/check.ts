import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { standard } from '../text/output.ts';
import { printable } from '../text/printable.ts';
import { painter } from '../text/style.ts';
import { toJson } from '../text/to-json.ts';

const examples = `
Examples:
  ckpt check
  ckpt check --json | jq '.items[] | select(.ok | not)'`;

export function checkCommand(): Command {
  return new Command('check')
    .summary('what this machine can do for ckpt')
    .description('Says what this machine can and cannot do for ckpt, and why.')
    .usage('[options]')
    .option('--json', 'as JSON')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', examples)
    .action(check);
}

async function check(options: { readonly json?: boolean }): Promise<void> {
  const { capabilities } = await import('@ckpt/native');
  const found = await capabilities();
  if (options.json === true) {
    standard(1).write(`${toJson(found)}\n`);
  } else {
    const paint = painter(standard(1));
    const width = Math.max(...found.items.map(({ name }) => name.length));
    for (const { name, ok, required, found: facts, effect } of found.items) {
      const word = ok ? 'yes' : required ? 'NO' : 'no';
      const mark = paint(ok ? 'green' : required ? 'red' : 'yellow', word.padEnd(3));
      standard(1).write(`${mark}  ${name.padEnd(width)}  ${printable(facts)}\n`);
      standard(1).write(`${' '.repeat(width + 7)}${printable(effect)}\n`);
    }
  }
  if (!found.ok) {
    const missing = found.items
      .filter(({ ok, required }) => required && !ok)
      .map(({ name }) => name);
    throw new CliError(`programs cannot be saved here: ${missing.join(', ')} (see above)`);
  }
}
