/** @typedef {{passed: number, failed: number, skipped: number}} Totals */

const DIED = { passed: 0, failed: 1, skipped: 0 };

/**
 * Counts of a vitest JSON report. A file that broke before its first test, and a run that failed with no test failing (an
 * unhandled error, a crash: `ok` false), count as one failure each. No report at all is a failure too.
 * @param {string | undefined} text @param {boolean} ok whether vitest ended with 0
 * @returns {Totals}
 */
export function vitestTotals(text, ok) {
  const report = parsed(text);
  if (report === undefined) return DIED;
  const broken = report.testResults.filter((file) => file.status === "failed" && !file.assertionResults.some(isFailed));
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !ok ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const isFailed = (test) => test.status === "failed";

function parsed(text) {
  try {
    const report = JSON.parse(text ?? "");
    return typeof report.numPassedTests === "number" ? report : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Counts of pytest's JUnit XML: `tests` holds the failed and the skipped ones too; an error of collection is a failure.
 * @param {string | undefined} text @param {boolean} ok whether pytest ended with 0
 * @returns {Totals}
 */
export function pytestTotals(text, ok) {
  const suites = [...(text ?? "").matchAll(/<testsuite\s[^>]*>/g)].map(([tag]) => tag);
  if (suites.length === 0) return DIED;
  const sum = (name) =>
    suites.reduce((total, tag) => total + Number(new RegExp(`\\b${name}="(\\d+)"`).exec(tag)?.[1] ?? 0), 0);
  const failed = sum("failures") + sum("errors");
  const skipped = sum("skipped");
  return { passed: sum("tests") - failed - skipped, failed: failed === 0 && !ok ? 1 : failed, skipped };
}

/** @param {readonly Totals[]} all @returns {Totals} */
export function addTotals(all) {
  const sum = (name) => all.reduce((total, one) => total + one[name], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}
