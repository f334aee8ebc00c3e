/** @typedef {{name: string, ok: boolean, seconds: number, note?: string}} StepResult */

/**
 * The steps as lines of a table.
 * @param {readonly StepResult[]} results
 */
export function stepTable(results) {
  const width = Math.max(...results.map((result) => result.name.length));
  const lines = results.map(({ name, ok, seconds, note }) => {
    return `${ok ? "ok  " : "FAIL"}  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(7)} s${note ? `  ${note}` : ""}`;
  });
  return lines.join("\n");
}
