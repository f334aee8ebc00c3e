import { CancelledError } from "../core/index.js";

/** What a queue needs to know of its members. */
interface Entry {
  readonly id: string;
  readonly parents: readonly string[];
}

/** How to spread nodes over workers. */
interface SpreadSettings<Worker, Node, End> {
  /** One node at a time each. */
  readonly workers: readonly Worker[];
  /** Parents before children; those that are ready are begun in this order. */
  readonly nodes: readonly Node[];
  /** Ends so far, by id; those of these nodes are added. */
  readonly ends: Map<string, End>;
  /** Begins no further node once it fires. */
  readonly stop: AbortSignal;
  /** Undefined when the node was stopped. `signal` fires when another node has failed. */
  readonly run: (worker: Worker, node: Node, parents: readonly End[], signal: AbortSignal) => Promise<End | undefined>;
  readonly onBegin: (node: Node, at: number) => void;
}

/**
 * Brings nodes to their ends: each on the first worker that is free once its parents are done. False when it was stopped.
 * A node that fails ends the others, and its error is thrown once they have let go.
 */
export async function spreadNodes<Worker, Node extends Entry, End>(
  settings: SpreadSettings<Worker, Node, End>,
): Promise<boolean> {
  const { nodes, ends, stop, run, onBegin } = settings;
  const giveUp = new AbortController();
  const waiting = [...nodes];
  const free = [...settings.workers];
  const running = new Set<Promise<void>>();
  let stopped = false;
  const begin = (worker: Worker, node: Node) => {
    onBegin(node, nodes.indexOf(node));
    const parents = node.parents.flatMap((id) => ends.get(id) ?? []);
    const work = run(worker, node, parents, giveUp.signal)
      .then((end) => {
        if (end === undefined) stopped = true;
        else ends.set(node.id, end);
      })
      .finally(() => {
        running.delete(work);
        free.unshift(worker);
      });
    running.add(work);
  };
  const next = () => {
    if (stopped || stop.aborted || free.length === 0) return undefined;
    const at = waiting.findIndex(({ parents }) => parents.every((id) => ends.has(id)));
    return at < 0 ? undefined : waiting.splice(at, 1)[0];
  };
  try {
    for (;;) {
      for (let node = next(); node !== undefined; node = next()) begin(free.shift() as Worker, node); // next() saw one
      if (running.size === 0) return !stopped && waiting.length === 0;
      await Promise.race(running);
    }
  } catch (error) {
    giveUp.abort(new CancelledError("another run of the experiment failed"));
    await Promise.allSettled(running);
    throw error;
  }
}
