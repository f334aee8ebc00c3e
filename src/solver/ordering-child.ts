import { cutOrdering, type OrderingWeights } from "../schedule/index.js";
import { loadHighsPrograms } from "./highs-program.js";

/** What the parent sends, once. */
export interface OrderingJob {
  readonly weights: OrderingWeights;
  readonly timeLimitS: number;
  readonly seed: number;
}

// The solver blocks its thread, so it has a process of its own: the parent can end it at any moment and bound its memory.
process.once("message", async (job: OrderingJob) => {
  const openProgram = await loadHighsPrograms();
  let told = 0;
  const result = cutOrdering(job.weights, {
    openProgram,
    timeLimitS: job.timeLimitS,
    seed: job.seed,
    onProgress: (state) => {
      if (performance.now() - told < 1_000) return;
      told = performance.now();
      process.send?.({ state });
    },
  });
  process.send?.({ result }, () => process.disconnect());
});
process.once("disconnect", () => process.exit());
