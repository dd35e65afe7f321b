import { Command } from 'commander';
import { signalName } from '../parse-signal.ts';
import { standard } from '../text/output.ts';
import { printable } from '../text/printable.ts';
import { shownPath } from '../text/shown-path.ts';
import { painter } from '../text/style.ts';
import { table } from '../text/table.ts';
import { toJson } from '../text/to-json.ts';

const examples = `
Examples:
  ckpt ps
  ckpt ps --json | jq '.[].pid'`;

export function psCommand(): Command {
  return new Command('ps')
    .summary('list the programs that can be saved')
    .description('Lists your running programs that can be saved.')
    .usage('[options]')
    .option('--json', 'as JSON')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', examples)
    .action(ps);
}

async function ps(options: { readonly json?: boolean }): Promise<void> {
  const { list } = await import('@ckpt/native');
  const processes = await list();
  if (options.json === true) {
    standard(1).write(`${toJson(processes)}\n`);
    return;
  }
  const columns = [
    { title: 'PID', right: true },
    { title: 'SIGNAL' },
    { title: 'IMAGE' },
    { title: 'COMMAND' },
  ];
  const rows = processes.map(({ pid, signal, image, command, name }) => [
    `${pid}`,
    signal === 0 ? 'none' : `${signal} ${signalName(signal).slice(3)}`,
    printable(shownPath(image)),
    printable(command.length > 0 ? command.join(' ') : `[${name}]`),
  ]);
  const [head = '', ...lines] = table(columns, rows);
  standard(1).write(`${[painter(standard(1))('bold', head), ...lines].join('\n')}\n`);
  if (rows.length === 0) {
    standard(2).write(
      "ckpt: none of your programs can be saved; start one with 'ckpt run PROGRAM'\n",
    );
  }
}
