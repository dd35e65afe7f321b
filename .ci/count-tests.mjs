// count-tests.mjs FOLDER STAGES: sums what vitest (vitest.json) and ctest (its lines in output.log) say
// in the folders of FOLDER, and prints "N passed, N failed, N skipped" alone on the last line.
// STAGES is how many stages failed: where no single test did, each of them counts as one.
// Exits with 1 if anything failed, or if there was no test at all.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, stages] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };

for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((e) =>
  e.isDirectory(),
)) {
  const vitest = countVitest(join(folder, name, 'vitest.json'));
  const ctest = countCtest(join(folder, name, 'output.log'));
  for (const key of Object.keys(total)) total[key] += vitest[key] + ctest[key];
}
if (total.failed === 0) total.failed = Number(stages);

console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function countVitest(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

// " 1/12 Test  #1: stop_threads ......   Passed    0.02 sec", or "***Failed", "***Skipped", …
function countCtest(file) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  if (!existsSync(file)) return count;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, outcome] = /^ *\d+\/\d+ Test +#\d+: .*?(Passed|\*\*\*.*)/.exec(line) ?? [];
    if (outcome === undefined) continue;
    if (outcome === 'Passed') count.passed++;
    else if (/^\*\*\*(Skipped|Not Run \(Disabled\))/.test(outcome)) count.skipped++;
    else count.failed++;
  }
  return count;
}
