import { DataError } from "../core/index.js";
import type { OrderingWeights } from "./linear-ordering.js";
import { shownValue } from "./shown-value.js";

/** Reads a bare linear-ordering instance `{"n": …, "matrix": [[…]]}`. @throws DataError naming file, row and column */
export function readLopFile(document: unknown, name: string): OrderingWeights {
  const { n, matrix } = (typeof document === "object" && document !== null ? document : {}) as Record<string, unknown>;
  const wrong = (problem: string, key = "matrix") =>
    new DataError(`${name}: ${problem}`, { code: "bad_instance", details: { key } });
  if (!Array.isArray(matrix)) throw wrong('"matrix" is missing; give {"n": 3, "matrix": [[…], […], […]]}');
  if (n !== matrix.length) throw wrong(`"n" is ${JSON.stringify(n)}, but the matrix has ${matrix.length} rows`, "n");
  if (matrix.length === 0) throw wrong("there is nothing to order");
  for (const [i, row] of matrix.entries()) {
    if (!Array.isArray(row) || row.length !== matrix.length) {
      throw wrong(
        `matrix row ${i} has ${Array.isArray(row) ? row.length : "no"} cells; it needs ${matrix.length}`,
        `matrix.${i}`,
      );
    }
    const at = row.findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
    if (at >= 0)
      throw wrong(`matrix[${i}][${at}] is ${shownValue(row[at])}; every cell is a finite number`, `matrix.${i}.${at}`);
  }
  return matrix as number[][];
}
