import type { OmniConfig } from "../../config/index.js";
import { entropyChange, type Nodes, pooledTransfer, transferChange } from "../accuracies.js";
import { categoryTable, thinkingTable } from "../breakdown.js";
import type { ChosenOrder } from "../choose-orders.js";
import { stageIds } from "../node.js";
import { baseId, seedsOf, taskIds } from "../plan-nodes.js";
import { allOrders, type PredictionTable, predictionTable } from "../prediction-table.js";
import { entropyOf } from "../read-nodes.js";
import type { ExperimentOutcome } from "../run-experiment.js";
import { overReplicates, type ReplicateMean } from "../statistics.js";
import {
  formatTable,
  type Headline,
  headlines,
  type MethodRow,
  methodRows,
  type NamedTable,
  referenceTable,
  temperatureTable,
} from "../tables.js";
import type { Prediction } from "../transfer.js";
import type { OrderVerdict } from "./order-verdict.js";

/** A matrix with rows trained and columns evaluated. */
export type Matrix = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Everything that the report shows, as data: what `--json` prints and both pages are made from. */
export interface ExperimentReport {
  readonly name: string;
  readonly model: string;
  readonly status: "finished" | "stopped";
  readonly seeds: readonly number[];
  readonly tasks: readonly string[];
  readonly cautions: readonly string[];
  readonly methods: readonly MethodRow[];
  readonly headlines: readonly Headline[];
  /** Of the best order by transfer on validation; absent before all probes are measured. */
  readonly verdict?: OrderVerdict;
  /** By split. */
  readonly predictions: { readonly validation: PredictionTable; readonly test: PredictionTable };
  readonly allOrders: { readonly validation: readonly Prediction[]; readonly test: readonly Prediction[] };
  readonly transfer: { readonly validation: Matrix; readonly test: Matrix };
  readonly entropy: Matrix;
  readonly temperatures: NamedTable;
  readonly formats: NamedTable;
  readonly references: NamedTable;
  readonly categories: NamedTable;
  readonly thinking: NamedTable;
  readonly curves: readonly Curve[];
  readonly cost: Cost;
}

/** One order's way: each measure of each task after 0, 1 … K stages, mean over seeds, validation split. */
export interface Curve {
  readonly order: readonly string[];
  readonly measures: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
}

const measureNames = ["accuracy", "format", "reward", "entropy", "length"] as const;
type MeasureName = (typeof measureNames)[number];

/** What the experiment took. */
export interface Cost {
  readonly runs: number;
  /** Stage runs, and what they would be without shared beginnings. */
  readonly stages: number;
  readonly stagesUnshared: number;
  readonly steps: number;
  readonly seconds: number;
  readonly generatedTokens: number;
  readonly trainedTokens: number;
  readonly judgeCalls: number;
  readonly sandboxRuns: number;
}

/** Puts the report together from what the nodes' folders tell. */
export function experimentReport(
  config: OmniConfig,
  outcome: ExperimentOutcome,
  facts: {
    readonly name: string;
    readonly model: string;
    readonly cautions: readonly string[];
    readonly verdict?: OrderVerdict;
  },
): ExperimentReport {
  const { nodes, orders } = outcome;
  const both = <T>(of: (point: "validation" | "test") => T) => ({ validation: of("validation"), test: of("test") });
  return {
    name: facts.name,
    model: facts.model,
    cautions: facts.cautions,
    status: outcome.status,
    seeds: seedsOf(config),
    tasks: taskIds(config),
    methods: methodRows(config, nodes, orders),
    headlines: headlines(config, nodes, orders),
    ...(facts.verdict === undefined ? {} : { verdict: facts.verdict }),
    predictions: both((point) => predictionTable(config, nodes, orders, point)),
    allOrders: both((point) => allOrders(config, nodes, point)),
    transfer: both((point) => transferChange(pooledTransfer(config, nodes, point))),
    entropy: entropyChange(config, nodes),
    temperatures: temperatureTable(config, nodes),
    formats: formatTable(config, nodes),
    references: referenceTable(config, nodes, orders),
    categories: categoryTable(config, nodes, orders),
    thinking: thinkingTable(config, nodes, orders),
    curves: orders.map(({ order }) => curveOf(config, nodes, order)),
    cost: costOf(config, nodes, orders),
  };
}

function curveOf(config: OmniConfig, nodes: Nodes, order: readonly string[]): Curve {
  const points = Array.from({ length: order.length + 1 }, (_, at) =>
    seedsOf(config).map((seed) => (at === 0 ? baseId : (stageIds(seed, order)[at - 1] ?? ""))),
  );
  const valueAt = (id: string, task: string, measure: MeasureName): number | undefined => {
    const found = nodes[id]?.evaluations.validation?.[task];
    if (found === undefined) return undefined;
    const values = {
      accuracy: found.intervals[found.primary]?.mean,
      format: found.components.format ?? undefined,
      reward: found.reward ?? undefined,
      entropy: entropyOf(nodes[id], task),
      length: found.lengthMean,
    };
    return values[measure];
  };
  const series = (measure: MeasureName, task: string) =>
    points.map((ids) => overReplicates(ids.flatMap((id) => valueAt(id, task, measure) ?? []))?.mean ?? null);
  const measures = measureNames.map((measure) => {
    return [measure, Object.fromEntries(taskIds(config).map((task) => [task, series(measure, task)]))] as const;
  });
  return { order, measures: Object.fromEntries(measures) };
}

function costOf(config: OmniConfig, nodes: Nodes, orders: readonly ChosenOrder[]): Cost {
  const all = Object.values(nodes);
  const sum = (of: (node: (typeof all)[number]) => number) => all.reduce((total, node) => total + of(node), 0);
  return {
    runs: all.length,
    stages: all.filter(({ node }) => node.kind === "stage").length,
    stagesUnshared: seedsOf(config).length * orders.reduce((total, { order }) => total + order.length, 0),
    steps: sum((node) => node.steps),
    seconds: sum((node) => node.wallSeconds),
    generatedTokens: sum((node) => node.generatedTokens),
    trainedTokens: sum((node) => node.trainedTokens),
    judgeCalls: sum((node) => node.judgeCalls),
    sandboxRuns: sum((node) => node.sandboxRuns),
  };
}

/** `53.1 ± 2.0` in percent. */
export function percent(value: ReplicateMean | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const half = value.half === null ? "" : ` ± ${(100 * value.half).toFixed(1)}`;
  return `${(100 * value.mean).toFixed(1)}${half}`;
}

/** `+6.2 %`. */
export function signedPercent(value: number): string {
  return Number.isFinite(value) ? `${value >= 0 ? "+" : "−"}${Math.abs(100 * value).toFixed(1)} %` : "–";
}

/** A predicted accuracy in percent; above 100, where multiplying ratios stops making sense, it is flagged, not clipped. */
export function predictedPercent(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  return `${(100 * value).toFixed(1)}${value > 1 ? " (over 100)" : ""}`;
}
