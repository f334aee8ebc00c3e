import { existsSync } from "node:fs";
import { join } from "node:path";
import { openRunStore, runFolder } from "../store/index.js";
import type { StepMetrics, TaskEvaluation } from "../telemetry/index.js";
import { runTotals } from "../train/index.js";
import type { ExperimentNode } from "./node.js";
import { evaluationsOf } from "./run-node.js";

/** What a node did and found, as its folder tells. */
export interface NodeResult {
  readonly node: ExperimentNode;
  /** By point, then task. `validation` is the one at the end of training. */
  readonly evaluations: Readonly<Record<string, Readonly<Record<string, TaskEvaluation>>>>;
  readonly steps: number;
  readonly wallSeconds: number;
  readonly generatedTokens: number;
  readonly trainedTokens: number;
  readonly judgeCalls: number;
  readonly sandboxRuns: number;
}

/** Results of those nodes that have begun, by id. */
export function readNodes(nodesFolder: string, nodes: readonly ExperimentNode[]): Readonly<Record<string, NodeResult>> {
  const begun = nodes.filter(({ id }) => existsSync(join(nodesFolder, id, "run.db")));
  return Object.fromEntries(begun.map((node) => [node.id, readNode(nodesFolder, node)]));
}

function readNode(nodesFolder: string, node: ExperimentNode): NodeResult {
  const store = openRunStore(runFolder(join(nodesFolder, node.id)), { write: false });
  try {
    const steps = store.steps();
    const evaluations = store.evaluations();
    const found = evaluationsOf(store);
    const validation = found.final ?? found["warm-up"] ?? found.base;
    const totals = runTotals(steps, evaluations);
    return {
      node,
      evaluations: { ...found, ...(validation === undefined ? {} : { validation }) },
      steps: steps.length,
      wallSeconds: seconds(steps.map((step) => step.metrics as unknown as StepMetrics)) + evaluated(evaluations),
      generatedTokens: totals.generatedTokens,
      trainedTokens: totals.trainedTokens,
      judgeCalls: totals.judgeCalls,
      sandboxRuns: totals.sandboxRuns,
    };
  } finally {
    store.close();
  }
}

/**
 * Entropy of completions sampled at T = 1, untruncated, validation split (eq. 11): of the point `entropy` where the
 * evaluations themselves are sampled otherwise.
 */
export function entropyOf(node: NodeResult | undefined, task: string): number | undefined {
  const { entropy, validation } = node?.evaluations ?? {};
  return (entropy?.[task] ?? validation?.[task])?.entropy;
}

/** Evaluations are counted apart, for those behind the last step are in no step's shares. */
function seconds(steps: readonly StepMetrics[]): number {
  return sum(steps.flatMap(({ seconds: { evaluate: _, ...others } }) => Object.values(others)));
}

const evaluated = (evaluations: readonly { readonly result: Readonly<Record<string, unknown>> }[]) =>
  sum(evaluations.map(({ result }) => Number(result.seconds ?? 0)));

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
