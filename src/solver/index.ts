export { loadHighsPrograms } from "./highs-program.js";
export { type OrderingProgress, type SolveOptions, solveOrdering } from "./solve-ordering.js";
