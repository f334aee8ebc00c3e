import { setMaxListeners } from "node:events";
import { DataError } from "../core/index.js";
import { pooledTransfer } from "./accuracies.js";
import { type ChosenOrder, checkSize, chooseOrders } from "./choose-orders.js";
import type { Lab, Labs } from "./lab.js";
import type { ExperimentNode } from "./node.js";
import { spreadNodes } from "./node-queue.js";
import { ablationNodes, baselineNodes, orderNodes, probeNodes, seedsOf } from "./plan-nodes.js";
import { type NodeResult, readNodes } from "./read-nodes.js";
import { type NodeEnd, runNode } from "./run-node.js";

import { missingCell } from "./transfer.js";

/** What an experiment came to, so far. */
export interface ExperimentOutcome {
  readonly status: "finished" | "stopped";
  readonly orders: readonly ChosenOrder[];
  readonly nodes: Readonly<Record<string, NodeResult>>;
}

/** Told before each node that has something to do. */
export type OnNode = (progress: {
  readonly node: ExperimentNode;
  readonly done: number;
  readonly total: number;
}) => void;

/**
 * θ0 and the probes, then the orders that their transfer on validation recommends, then baselines and ablations. What is
 * finished is not done again, so calling it anew resumes. Which engine a node runs on does not change what it measures.
 */
export async function runExperiment(labs: Labs, onNode: OnNode): Promise<ExperimentOutcome> {
  const [{ config, nodesFolder }] = labs;
  checkSize(config);
  const ends = new Map<string, NodeEnd>();
  const probes = probeNodes(config);
  const orderCount = seedsOf(config).length;
  const known = probes.length + baselineNodes(config).length + ablationNodes(config).length;
  const result = (
    status: ExperimentOutcome["status"],
    orders: readonly ChosenOrder[],
    nodes: readonly ExperimentNode[],
  ) => ({
    status,
    orders,
    nodes: readNodes(nodesFolder, nodes),
  });
  if (!(await runAll(labs, probes, ends, { done: 0, total: known + orderCount }, onNode)))
    return result("stopped", [], probes);
  const transfer = pooledTransfer(config, readNodes(nodesFolder, probes), "validation");
  const missing = missingCell(transfer);
  if (missing !== undefined) {
    const { evaluated, trained } = missing;
    throw new DataError(
      `task "${evaluated}": nothing was measured on validation after training "${trained}", so no transfer is known; give it held-out items (data.split.validation) that can be scored`,
      { code: "nothing_measured" },
    );
  }
  const orders = chooseOrders(config, transfer);
  const named = orders.map(({ order }) => order);
  // The comparison that matters first: best, worst and baselines, then the other orders, for whoever looks in or stops early.
  const first = [...orderNodes(config, named.slice(0, 2)), ...baselineNodes(config)];
  const begun = new Set(first.map(({ id }) => id));
  const rest = [...orderNodes(config, named).filter(({ id }) => !begun.has(id)), ...ablationNodes(config)];
  const all = [...probes, ...first, ...rest];
  const ended = await runAll(labs, [...first, ...rest], ends, { done: probes.length, total: all.length }, onNode);
  return result(ended ? "finished" : "stopped", orders, all);
}

/** Brings nodes to their ends on all engines, parents first; false when it was stopped. */
export function runAll(
  labs: readonly Lab[],
  nodes: readonly ExperimentNode[],
  ends: Map<string, NodeEnd>,
  { done, total }: { readonly done: number; readonly total: number },
  onNode: OnNode,
): Promise<boolean> {
  return spreadNodes({
    workers: labs,
    nodes,
    ends,
    stop: labs[0]?.stop ?? AbortSignal.abort(),
    run: (lab, node, parents, failed) => {
      const signal = AbortSignal.any([lab.signal, failed]);
      setMaxListeners(0, signal);
      return runNode({ ...lab, signal }, node, parents);
    },
    onBegin: (node, at) => onNode({ node, done: done + at, total }),
  });
}
