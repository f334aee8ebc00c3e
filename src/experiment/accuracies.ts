import type { OmniConfig } from "../config/index.js";
import type { TransferTable } from "../schedule/index.js";
import type { TaskEvaluation } from "../telemetry/index.js";
import { stageId } from "./node.js";
import { baseId, seedsOf, taskIds } from "./plan-nodes.js";
import { entropyOf, type NodeResult } from "./read-nodes.js";
import { overReplicates } from "./statistics.js";
import { type Accuracy, transferOf } from "./transfer.js";

/** Results by node id. */
export type Nodes = Readonly<Record<string, NodeResult>>;

/** The mean of the primary component of a task at a node's point. */
export function accuracyOf(nodes: Nodes, id: string, point: string, task: string): Accuracy | undefined {
  return primaryOf(nodes[id]?.evaluations[point]?.[task]);
}

function primaryOf(evaluation: TaskEvaluation | undefined): Accuracy | undefined {
  const found = evaluation?.intervals[evaluation.primary];
  return found === undefined || found.n === 0 ? undefined : { mean: found.mean, n: found.n };
}

/** Transfer of one seed's probes. */
export function seedTransfer(config: OmniConfig, nodes: Nodes, seed: number, point: string): TransferTable {
  return transferFrom(config, nodes, [seed], point);
}

/** Transfer from accuracies averaged over seeds, items of all seeds counted together. */
export function pooledTransfer(config: OmniConfig, nodes: Nodes, point: string): TransferTable {
  return transferFrom(config, nodes, seedsOf(config), point);
}

function transferFrom(config: OmniConfig, nodes: Nodes, seeds: readonly number[], point: string): TransferTable {
  const tasks = taskIds(config);
  const base = entriesOf(tasks, (task) => accuracyOf(nodes, baseId, point, task));
  const after = tasks.map((trained) => {
    const row = entriesOf(tasks, (task) =>
      pooled(seeds.flatMap((seed) => accuracyOf(nodes, stageId(seed, [trained]), point, task) ?? [])),
    );
    return [trained, Object.fromEntries(row)] as const;
  });
  return transferOf(tasks, { base: Object.fromEntries(base), after: Object.fromEntries(after) });
}

function entriesOf(tasks: readonly string[], of: (task: string) => Accuracy | undefined): [string, Accuracy][] {
  return tasks.flatMap((task): [string, Accuracy][] => {
    const found = of(task);
    return found === undefined ? [] : [[task, found]];
  });
}

function pooled(found: readonly Accuracy[]): Accuracy | undefined {
  if (found.length === 0) return undefined;
  const n = found.reduce((sum, one) => sum + one.n, 0);
  return { mean: found.reduce((sum, one) => sum + one.mean, 0) / found.length, n };
}

/** H[trained][evaluated]: relative change of the entropy of sampled completions, validation (eq. 11–12), over seeds. */
export function entropyChange(config: OmniConfig, nodes: Nodes): Record<string, Record<string, number>> {
  const tasks = taskIds(config);
  return Object.fromEntries(
    tasks.map((trained) => {
      const row = tasks.map((task) => {
        const before = entropyOf(nodes[baseId], task) ?? 0;
        const changes = seedsOf(config).flatMap((seed) => {
          const after = entropyOf(nodes[stageId(seed, [trained])], task);
          return after === undefined || before === 0 ? [] : [after / before - 1];
        });
        return [task, overReplicates(changes)?.mean ?? Number.NaN] as const;
      });
      return [trained, Object.fromEntries(row)] as const;
    }),
  );
}

/** exp(B) − 1 with rows trained and columns evaluated, as pictures show it (method §4). */
export function transferChange({ tasks, transfer }: TransferTable): Record<string, Record<string, number>> {
  const log = (trained: string, task: string) => transfer[tasks.indexOf(task)]?.[tasks.indexOf(trained)] ?? Number.NaN;
  const cell = (trained: string, task: string) => Math.exp(log(trained, task)) - 1;
  return Object.fromEntries(
    tasks.map((trained) => [trained, Object.fromEntries(tasks.map((task) => [task, cell(trained, task)]))]),
  );
}
