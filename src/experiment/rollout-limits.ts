import type { OmniConfig } from "../config/index.js";

/** Rollouts, and tokens that they have at most together. */
export interface RolloutBound {
  readonly rollouts: number;
  readonly tokens: number;
}

/** What one prompt of a task costs in training: the stage's word, else the task's, else the train section's. */
export function promptBound({ schedule, tasks, train }: OmniConfig, stage: string, taskId: string): RolloutBound {
  const own = schedule.kind === "curriculum" ? schedule.stages?.[stage] : undefined;
  const task = tasks.find(({ id }) => id === taskId);
  const rollouts = own?.groupSize ?? task?.groupSize ?? train.groupSize;
  return { rollouts, tokens: rollouts * (own?.maxTokens ?? task?.maxTokens ?? train.maxTokens) };
}

/** What one evaluation costs. @param held held-out items a task, as many as its splits have */
export function evaluationBound(
  { tasks, eval: all }: OmniConfig,
  held: Readonly<Record<string, number>>,
): RolloutBound {
  const bounds = tasks.map((task) => {
    const items = Math.min(held[task.id] ?? 0, task.eval?.items ?? all.itemsPerTask);
    const rollouts = items * (task.eval?.samples ?? all.samples);
    return { rollouts, tokens: rollouts * (task.eval?.maxTokens ?? task.maxTokens ?? all.maxTokens) };
  });
  return sumOf(bounds);
}

/** Bounds added up. */
export function sumOf(bounds: readonly RolloutBound[]): RolloutBound {
  return bounds.reduce(
    (sum, { rollouts, tokens }) => ({ rollouts: sum.rollouts + rollouts, tokens: sum.tokens + tokens }),
    { rollouts: 0, tokens: 0 },
  );
}
