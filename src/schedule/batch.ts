import { type Item, randomStream } from "../core/index.js";

/** A schedule of method §1. */
export type Schedule =
  | { readonly kind: "joint" }
  | {
      readonly kind: "curriculum";
      readonly order: readonly string[] | "auto";
      /** A stage's own epochs, and batches at most. */
      readonly stages?: Readonly<Record<string, { readonly epochs?: number; readonly maxUpdates?: number }>>;
    }
  | { readonly kind: "mixed"; readonly ratios: Readonly<Record<string, number>> };

/** The items of one optimizer step, each with its task. */
export interface Batch {
  /** 0, 1, 2 … over the whole schedule. */
  readonly index: number;
  /** 0-based. */
  readonly epoch: number;
  /** Curriculum: the stage's task id; else `joint` or `mixed`. */
  readonly stage: string;
  readonly items: readonly Item[];
}

/** What batches are made from. */
export interface BatchPlan {
  readonly schedule: Schedule;
  /** Training items a task, in the order of the config. */
  readonly tasks: readonly { readonly id: string; readonly items: readonly Item[] }[];
  readonly promptsPerUpdate: number;
  readonly epochs: number;
  readonly seed: number;
}

/**
 * All batches of a schedule, a pure function of the plan: within an epoch batches are disjoint and cover, the last may be
 * short, never padded. `mixed` fills each batch by ratio, reshuffles a task that runs out, and claims no coverage; its
 * epoch has as many batches as a joint one.
 * @throws RangeError for an order that is still to be solved
 */
export function scheduleBatches(plan: BatchPlan): Batch[] {
  const drafts = draftBatches(plan);
  return drafts.map((draft, index) => ({ index, ...draft }));
}

type Draft = Omit<Batch, "index">;

function draftBatches(plan: BatchPlan): Draft[] {
  const { schedule } = plan;
  switch (schedule.kind) {
    case "joint":
      return epochsOf(
        plan,
        "joint",
        plan.tasks.flatMap((task) => task.items),
      );
    case "curriculum":
      if (schedule.order === "auto") throw new RangeError("order: auto is settled before batches are made");
      return schedule.order.flatMap((id) => {
        const { epochs = plan.epochs, maxUpdates } = schedule.stages?.[id] ?? {};
        const items = plan.tasks.find((task) => task.id === id)?.items ?? [];
        return epochsOf({ ...plan, epochs }, id, items).slice(0, maxUpdates);
      });
    case "mixed":
      return mixedBatches(plan, schedule.ratios);
  }
}

function epochsOf(plan: BatchPlan, stage: string, items: readonly Item[]): Draft[] {
  return range(plan.epochs).flatMap((epoch) => {
    const shuffled = randomStream(plan.seed, "schedule", stage, epoch).shuffle(items);
    return range(Math.ceil(items.length / plan.promptsPerUpdate)).map((at) => ({
      epoch,
      stage,
      items: shuffled.slice(at * plan.promptsPerUpdate, (at + 1) * plan.promptsPerUpdate),
    }));
  });
}

function mixedBatches(plan: BatchPlan, ratios: Readonly<Record<string, number>>): Draft[] {
  const tasks = plan.tasks.filter((task) => (ratios[task.id] ?? 0) > 0 && task.items.length > 0);
  const shares = tasks.map((task) => ratios[task.id] ?? 0);
  const draws = tasks.map((task) => reshuffling(plan.seed, task.id, task.items));
  const perEpoch = Math.ceil(tasks.reduce((sum, task) => sum + task.items.length, 0) / plan.promptsPerUpdate);
  const credit = shares.map(() => 0);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return range(perEpoch * plan.epochs).map((at) => {
    // A batch never holds an item twice, so no task gives more than it has.
    const counts = apportion(
      plan.promptsPerUpdate,
      shares,
      total,
      credit,
      tasks.map((task) => task.items.length),
    );
    const items = counts.flatMap((count, k) => draws[k]?.(count) ?? []);
    return { epoch: Math.floor(at / perEpoch), stage: "mixed", items };
  });
}

/** Largest remaining credit first, so that over many batches each task's share tends to its ratio. */
function apportion(
  size: number,
  shares: readonly number[],
  total: number,
  credit: number[],
  limits: readonly number[],
) {
  const counts = shares.map(() => 0);
  for (let slot = 0; slot < size; slot++) {
    let best = -1;
    for (let k = 0; k < shares.length; k++) {
      credit[k] = (credit[k] ?? 0) + (shares[k] ?? 0) / total;
      const open = (counts[k] ?? 0) < (limits[k] ?? 0);
      if (open && (best < 0 || (credit[k] ?? 0) > (credit[best] ?? 0))) best = k;
    }
    if (best < 0) break;
    counts[best] = (counts[best] ?? 0) + 1;
    credit[best] = (credit[best] ?? 0) - 1;
  }
  return counts;
}

/** Draws from a task; when it runs out, a fresh shuffle follows, without items that the same draw already holds. */
function reshuffling(seed: number, taskId: string, items: readonly Item[]): (count: number) => Item[] {
  let pass = 0;
  let queue: Item[] = [];
  return (count) => {
    const out = queue.splice(0, count);
    while (out.length < count) {
      const held = new Set(out.map((item) => item.id));
      const fresh = randomStream(seed, "schedule", "mixed", taskId, pass++).shuffle(items);
      const usable = fresh.filter((item) => !held.has(item.id));
      out.push(...usable.splice(0, count - out.length));
      queue = [...usable, ...fresh.filter((item) => held.has(item.id))];
    }
    return out;
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
