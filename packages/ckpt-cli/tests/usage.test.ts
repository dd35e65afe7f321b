import { expect, test } from 'vitest';
import { runCkpt } from './tools/run-ckpt.ts';

test.each([
  [['bogus'], "unknown command 'bogus'"],
  [['rn'], 'Did you mean run?'],
  [['run'], "missing required argument 'program'"],
  [['run', '--bogus', 'true'], "unknown option '--bogus'"],
  [['run', '-o'], '--output'],
  [['run', '-o', '-', 'true'], '--output -'],
  [['run', '-o', '', 'true'], "--output ''"],
  [['run', '--interval', '3x', 'true'], "--interval '3x'"],
  [['run', '--interval', '0', 'true'], "--interval '0'"],
  [['run', '--signal', 'KILL', 'true'], "--signal 'KILL'"],
  [['run', '--signal', '33', 'true'], "--signal '33'"],
  [['checkpoint'], "missing required argument 'pid'"],
  [['checkpoint', 'abc'], "'abc'"],
  [['checkpoint', '-1'], '-1'],
  [['checkpoint', '0'], "'0'"],
  [['checkpoint', '4194305'], "'4194305'"],
  [['checkpoint', '1', '2'], 'too many arguments'],
  [['restart', '--pids', 'new'], '--pids'],
  [['restart', 'a', 'b'], 'too many arguments'],
  [['inspect', 'a', 'b'], 'too many arguments'],
  [['verify', '--bogus'], "unknown option '--bogus'"],
  [['ps', 'a'], 'too many arguments'],
])('ckpt %j is wrong usage', (args, words) => {
  const { status, stdout, stderr } = runCkpt(args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^ckpt: [^\n]+\n$/);
  expect(stderr).toContain(words);
});
