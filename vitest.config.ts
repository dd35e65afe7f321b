import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// CKPT_TEST_REPORT names a folder: the counts of the run are left there for .ci/run.
const reportFolder = process.env['CKPT_TEST_REPORT'];

export default defineConfig({
  test: {
    projects: ['packages/*'],
    reporters: reportFolder === undefined ? ['default'] : ['default', 'json'],
    ...(reportFolder === undefined ? {} : { outputFile: join(reportFolder, 'vitest.json') }),
  },
});
