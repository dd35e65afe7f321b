import { expect, test } from 'vitest';
import { runCkpt } from './tools/run-ckpt.ts';

const commands = ['run', 'checkpoint', 'restart', 'inspect', 'verify', 'ps', 'check'];

test('the help fits a screen of 80 by 24 and shows examples', () => {
  const { status, stdout, stderr } = runCkpt(['--help']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThan(24);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(stdout).toContain('Examples:\n  ckpt run ');
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
});

test.each(commands)('the help of %s fits too', (command) => {
  const { status, stdout } = runCkpt([command, '--help']);
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(new RegExp(`^Usage: ckpt ${command} \\[options\\]`));
  expect(lines.length).toBeLessThan(24);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(stdout).toContain(`Examples:\n  ckpt ${command}`);
});

test('without a command the help is on stderr', () => {
  const { status, stdout, stderr } = runCkpt([]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Usage: ckpt COMMAND');
});

test('the version is that of the package', () => {
  expect(runCkpt(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
});
