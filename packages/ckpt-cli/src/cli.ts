import { createProgram } from './program.ts';
import { reportFailure } from './report-failure.ts';

// `ckpt ps | head -1`: the reader may go away.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, process.stderr);
}
