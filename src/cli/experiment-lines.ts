import type { Plan } from "../compose/index.js";

/** What an experiment comes to, for people. */
export function experimentLines(plan: NonNullable<Plan["experiment"]>): string[] {
  const { runs, orders, stageRuns, updates, rollouts, samples, evaluationRollouts, exact } = plan;
  const most = exact ? "" : "at most ";
  return [
    `experiment ${most}${count(runs)} runs, ${count(stageRuns)} of them stages and probes of ${count(orders)} orders`,
    `           ${most}${count(updates)} updates on ${count(rollouts)} rollouts${samples > 0 ? `, ${count(samples)} samples for SFT` : ""}, ${count(evaluationRollouts)} rollouts in evaluations`,
  ];
}

const count = (value: number) => value.toLocaleString("en-US");
