import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { CancelledError, randomStream } from "../../../src/core/index.js";
import { orderValue } from "../../../src/schedule/index.js";
import { solveOrdering } from "../../../src/solver/index.js";
import { childrenOf } from "../../support/processes.js";

/** A hidden order that noise disturbs: decided by its linear relaxation. */
function disturbed(size: number): number[][] {
  const random = randomStream("solver-test", size);
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? 0 : random.below(40) + (i < j ? 30 : 0))),
  );
}

it("solves 45 tasks to proven optimality in a process of its own", { timeout: 60_000 }, async () => {
  const weights = disturbed(45);
  const { order, value, bound, optimal } = await solveOrdering(weights, { timeLimitS: 50, seed: 1 });
  expect({ optimal, bound }).toEqual({ optimal: true, bound: value });
  expect(orderValue(weights, order)).toBe(value);
});

it("is ended by its signal, and leaves no process", { timeout: 60_000 }, async () => {
  const random = randomStream("solver-test", "hard");
  const hard = Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => random.below(101)));
  const stop = new AbortController();
  const solving = solveOrdering(hard, {
    timeLimitS: 50,
    seed: 1,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  await expect(solving).rejects.toBeInstanceOf(CancelledError);
  const commands = childrenOf(process.pid).map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  expect(commands.filter((command) => command.includes("ordering-child"))).toEqual([]);
});
