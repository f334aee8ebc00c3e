/** What trains a node. */
export type NodeKind = "base" | "stage" | "joint" | "sft" | "merge";

/** Where a node is evaluated beside the loop's own end-of-run evaluation. */
export interface NodeEvaluation {
  /** e.g. `test`, `formats`. */
  readonly point: string;
  readonly split: "train" | "validation" | "test";
  readonly tasks: readonly string[];
  /** Undefined = as the config's section `eval`. */
  readonly temperature?: number;
  /** For entropies (eq. 11): one completion an item at T = 1, untruncated, that no reward scores. */
  readonly forEntropy?: true;
}

/**
 * One training run of an experiment: a vertex of the tree of starting points. A curriculum is a path of `stage` nodes, so
 * orders with a common beginning share it.
 */
export interface ExperimentNode {
  /** Also its folder's name. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly seed: number;
  /** The node that it starts from; a merge has several. None = the base model. */
  readonly parents: readonly string[];
  /** Tasks that this node trains on, in order. */
  readonly trains: readonly string[];
  /** Optimizer steps at most; null = all epochs. */
  readonly updates: number | null;
  /** Of rollouts, instead of the task's own. */
  readonly temperature?: number;
  readonly evaluations: readonly NodeEvaluation[];
}

/** The stages from the base model to this order's end, by id: what a curriculum with this seed runs through. */
export function stageIds(seed: number, order: readonly string[]): readonly string[] {
  return order.map((_, at) => stageId(seed, order.slice(0, at + 1)));
}

/** Id of the stage that ends this beginning of an order. */
export function stageId(seed: number, prefix: readonly string[]): string {
  return [`seed${seed}`, ...prefix].join(".");
}
