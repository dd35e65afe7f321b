import { runCli } from './run-cli.ts';

// The reader of a pipe may go away early (procmaps PID | head): that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await runCli(process.argv.slice(2), process.stdout, process.stderr);
