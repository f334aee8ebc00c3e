import * as loader from "highs";
import type { LinearProgram, LpRow, OpenLinearProgram } from "../schedule/index.js";

/** Linear programs on HiGHS (WebAssembly). Solving blocks this thread until it ends or its time limit is reached. */
export async function loadHighsPrograms(): Promise<OpenLinearProgram> {
  // The package's types are those of its CommonJS build; the ES module exports the loader itself.
  const load = loader.default as unknown as typeof loader.default.default;
  const highs = await load();
  const { optimal, infeasible, unboundedOrInfeasible } = highs.constants.modelStatus;
  return (objective) => {
    const columns = objective.length;
    const model = highs.createModel({
      sense: highs.constants.objectiveSense.maximize,
      numCols: columns,
      numRows: 0,
      colCost: Float64Array.from(objective),
      colLower: new Float64Array(columns),
      colUpper: new Float64Array(columns).fill(1),
      rowLower: new Float64Array(0),
      rowUpper: new Float64Array(0),
      matrix: {
        format: "csr",
        numRows: 0,
        numCols: columns,
        starts: new Int32Array([0]),
        indices: new Int32Array(0),
        values: new Float64Array(0),
      },
    });
    // After the first round only rows are added: the last basis stays dual feasible, so presolve would throw away a start.
    model.options.set({ output_flag: false, presolve: "off", solver: "simplex" });
    const program: LinearProgram = {
      addRows: (rows) => void model.addRows(asRowData(rows, columns, highs.infinity)),
      setBounds: (column, lower, upper) => void model.changeColBounds(column, lower, upper),
      solve: (timeLimitS) => {
        model.options.set({ time_limit: model.getRunTime() + timeLimitS });
        model.run();
        const status = model.getModelStatus();
        // Every variable is bounded, so "unbounded or infeasible" is the latter.
        if (status === infeasible || status === unboundedOrInfeasible) return "infeasible";
        if (status !== optimal) return "unfinished";
        return { values: model.getSolution().colValue, objective: model.getObjectiveValue() };
      },
    };
    return program;
  };
}

function asRowData(rows: readonly LpRow[], columns: number, infinity: number) {
  const starts = new Int32Array(rows.length + 1);
  for (const [at, row] of rows.entries()) starts[at + 1] = (starts[at] ?? 0) + row.indices.length;
  return {
    lower: new Float64Array(rows.length).fill(-infinity),
    upper: Float64Array.from(rows, (row) => row.upper),
    matrix: {
      format: "csr" as const,
      numRows: rows.length,
      numCols: columns,
      starts,
      indices: Int32Array.from(rows.flatMap((row) => row.indices)),
      values: Float64Array.from(rows.flatMap((row) => row.coefficients)),
    },
  };
}
