import { createProgram } from './program.ts';
import { reportFailure } from './report-failure.ts';
import { standard } from './text/output.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, standard(2));
}
