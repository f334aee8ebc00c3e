import type { StageConfig } from "../config/index.js";
import { type RunContext, taskOf } from "./run-context.js";

/** How a task is trained in a stage: the stage's own word, else the task's, else the train section's. */
export interface StageSettings {
  readonly groupSize: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly klBeta: number;
  /** Of each prompt of the task in the weighted mean of the loss. */
  readonly weight: number;
}

/** Settings of one task's rollouts and loss in a stage of the schedule; outside all stages where there is none. */
export function stageSettings(run: RunContext, stage: string | undefined, taskId: string): StageSettings {
  const { train } = run.config;
  const { settings } = taskOf(run, taskId);
  const own = stageConfig(run, stage);
  return {
    groupSize: own.groupSize ?? settings.groupSize ?? train.groupSize,
    temperature: own.temperature ?? settings.temperature ?? train.temperature,
    maxTokens: own.maxTokens ?? settings.maxTokens ?? train.maxTokens,
    klBeta: own.klBeta ?? settings.klBeta,
    weight: settings.weight ?? 1,
  };
}

/** Learning rate of a stage. */
export function stageLr(run: RunContext, stage: string): number {
  return stageConfig(run, stage).lr ?? run.config.train.lr;
}

function stageConfig({ config: { schedule } }: RunContext, stage: string | undefined): StageConfig {
  if (stage === undefined || schedule.kind !== "curriculum") return {};
  return schedule.stages?.[stage] ?? {};
}
