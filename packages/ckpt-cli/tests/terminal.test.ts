import { expect, test } from 'vitest';
import { compile } from './tools/compile.ts';
import { runCkpt } from './tools/run-ckpt.ts';
import { tempFolder } from './tools/temp-folder.ts';
import { Terminal } from './tools/terminal.ts';

// An interactive shell on a terminal: job control, Ctrl-C and Ctrl-Z are the program's.

const folder = tempFolder();
const ctrlC = '\x03';
const ctrlZ = '\x1a';

test('Ctrl-C and Ctrl-Z after a restart', async () => {
  const counting = compile('counting-test', folder);
  const terminal = new Terminal(folder);
  await terminal.see(/prompt> /);
  terminal.type(`ckpt run -o image ${counting} 1000\r`);
  await terminal.see(/number is: 1001\r/);
  const pid = programPid(counting);
  expect(runCkpt(['checkpoint', `${pid}`, '--kill'])).toMatchObject({ status: 0, stderr: '' });
  await terminal.see(/Killed/);

  terminal.type('ckpt restart image\r');
  await terminal.see(/number is: 100\d\r/);
  terminal.type(ctrlZ);
  await terminal.see(/Stopped.*ckpt restart image[\s\S]*prompt> /);
  terminal.type('bg\r');
  await terminal.see(/number is: 100\d\r/);
  terminal.type('fg\r');
  await terminal.see(/number is: 100\d\r/);
  terminal.type(ctrlC);
  await terminal.see(/prompt> /);
  terminal.type('echo "status $?"\r');
  await terminal.see(/status 130\r/);

  terminal.type('ckpt restart image; echo "status $?"\r');
  await terminal.see(/number is: 1009\r[\s\S]*status 0\r/);
});

function programPid(program: string): number {
  const { stdout } = runCkpt(['ps', '--json']);
  const all = JSON.parse(stdout) as { pid: number; command: string[] }[];
  const found = all.find(({ command }) => command[0] === program);
  if (found === undefined) throw new Error(`${program} is not in ${stdout}`);
  return found.pid;
}

test('a program under ckpt run is the foreground job, and stops and goes on', async () => {
  const terminal = new Terminal(folder);
  await terminal.see(/prompt> /);
  terminal.type('ckpt run cat\r');
  await terminal.see(/cat\r\n/);
  terminal.type('hello\r');
  await terminal.see(/hello\r\nhello\r\n/);
  terminal.type(ctrlZ);
  await terminal.see(/Stopped[\s\S]*prompt> /);
  terminal.type('fg\r');
  await terminal.see(/ckpt run cat\r\n/);
  terminal.type('again\r');
  await terminal.see(/again\r\nagain\r\n/);
  terminal.type(ctrlC);
  await terminal.see(/prompt> /);
  terminal.type('echo "status $?"\r');
  await terminal.see(/status 130\r/);
});

test('colours only where they are wanted', async () => {
  const terminal = new Terminal(folder);
  await terminal.see(/prompt> /);
  terminal.type('ckpt ps; echo "end"\r');
  expect((await terminal.see(/PID[\s\S]*\nend\r/))[0]).toContain('\x1b[');
  expect(terminal.output).toContain('\x1b[1m');
  terminal.type('NO_COLOR=1 ckpt ps; echo "end"\r');
  await terminal.see(/PID[\s\S]*\nend\r/);
  expect(terminal.output).not.toContain('\x1b[1m');
  expect(runCkpt(['ps']).stdout).not.toContain('\x1b');
});
