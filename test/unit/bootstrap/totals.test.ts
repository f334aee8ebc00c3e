import { describe, expect, it } from "vitest";
import { addTotals, pytestTotals, vitestTotals } from "../../../scripts/check/totals.mjs";

const vitest = (counts: Record<string, number>, files: unknown[] = []): string =>
  JSON.stringify({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    ...counts,
    testResults: files,
  });

describe("the totals of a check", () => {
  it("count what vitest counted", () => {
    expect(vitestTotals(vitest({ numPassedTests: 7, numPendingTests: 2 }), true)).toEqual({
      passed: 7,
      failed: 0,
      skipped: 2,
    });
  });

  it("count a test file that broke before its first test as one failure", () => {
    const broken = { status: "failed", assertionResults: [] };
    const ordinary = { status: "failed", assertionResults: [{ status: "failed" }] };
    expect(vitestTotals(vitest({ numPassedTests: 3, numFailedTests: 1 }, [broken, ordinary]), false).failed).toBe(2);
  });

  it("count a run that failed without a failing test, or that left no report, as one failure", () => {
    expect(vitestTotals(vitest({ numPassedTests: 3 }), false)).toEqual({ passed: 3, failed: 1, skipped: 0 });
    expect(vitestTotals(undefined, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(vitestTotals("{", true).failed).toBe(1);
    expect(pytestTotals(undefined, true).failed).toBe(1);
  });

  it("count pytest's errors with its failures, and neither those nor the skipped as passed", () => {
    const xml =
      '<?xml version="1.0"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.5"></testsuite></testsuites>';
    expect(pytestTotals(xml, false)).toEqual({ passed: 4, failed: 3, skipped: 3 });
  });

  it("sum over suites", () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(addTotals([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 });
    expect(addTotals([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});
