import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CurriculumConfig, OmniConfig, SettledOrder } from "../config/index.js";
import { ConfigError, OmniError } from "../core/index.js";
import { differencesFrom, fingerprintsOf } from "../experiment/index.js";
import { scheduleOrder, usualTimeLimitS } from "./schedule.js";

/** A config whose order is a list of tasks, and what to say about how it came to be. */
export interface Settled {
  readonly config: OmniConfig;
  readonly notices: readonly { readonly level: "info" | "warn"; readonly message: string }[];
}

/**
 * Solves `schedule.order: auto` from its transfer file; any other config is given back as it is.
 * @param customTasks ids of tasks that a program adds to those of the config
 * @throws ConfigError `bad_transfer`, `other_transfer` when it was measured with other tasks, base, data or rewards
 */
export async function settleOrder(
  config: OmniConfig,
  options: { readonly customTasks?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<Settled> {
  const { schedule } = config;
  if (schedule.kind !== "curriculum" || schedule.order !== "auto") return { config, notices: [] };
  const customTasks = options.customTasks ?? [];
  const path = transferFile(schedule);
  const text = readFileSync(path, "utf8");
  const { file, advice } = await scheduleOrder(text, path, { ...options, timeLimitS: usualTimeLimitS, top: 1 }).catch(
    (error: unknown) => {
      const { boundary, message } = OmniError.from(error);
      throw boundary === "data" ? wrong("bad_transfer", message, error) : error;
    },
  );
  sameTasks(path, file.table.tasks, [...config.tasks.map(({ id }) => id), ...customTasks]);
  const differences = await checked(path, JSON.parse(text), config);
  if (differences.found.length > 0 && schedule.acceptOther !== true) {
    const remedy = "measure anew with omni transfer, or set schedule.acceptOther: true";
    throw wrong("other_transfer", `${path} was measured with ${differences.found.join("; ")}; ${remedy}`);
  }
  const named = (at: number) => file.table.tasks[at] ?? "";
  const { exact, runnerUp, verdict, reason } = advice;
  const order = exact.order.map(named);
  const settled: SettledOrder = {
    from: path,
    score: exact.score,
    gap: exact.score - runnerUp.score,
    verdict,
    reason,
    predicted: Object.fromEntries(exact.predicted.map((value, at) => [named(at), value])),
    differences: differences.found,
  };
  const notes = [
    ...file.notes.map((note) => `${path}: ${note}`),
    ...differences.unchecked,
    ...(settled.differences.length === 0
      ? []
      : [`${path} was measured with ${settled.differences.join("; ")}: taken, as schedule.acceptOther says`]),
  ];
  return {
    config: { ...config, schedule: { kind: "curriculum", order, ...stagesOf(schedule), settled } },
    notices: [
      ...notes.map((message) => ({ level: "warn" as const, message })),
      { level: verdict === "order" ? "info" : "warn", message: settledLine(order, settled) },
    ],
  };
}

const stagesOf = ({ stages }: CurriculumConfig) => (stages === undefined ? {} : { stages });

/** The order with its score, lead and verdict in one line, for people. */
export function settledLine(order: readonly string[], { from, score, gap, verdict, reason }: SettledOrder): string {
  const points = (value: number) => (100 * value).toFixed(2);
  const advice = verdict === "order" ? "" : "; the order hardly matters here, schedule.kind: joint is recommended";
  return `order ${order.join(" → ")} from ${from}: predicted score ${points(score)} (× 100), ${points(gap)} before the runner-up; verdict ${verdict}: ${reason}${advice}`;
}

function transferFile({ transfer = "" }: CurriculumConfig): string {
  if (!existsSync(transfer)) {
    throw wrong("bad_transfer", `no such file or folder: ${transfer}; make it with: omni transfer CONFIG`);
  }
  if (!statSync(transfer).isDirectory()) return transfer;
  const file = join(transfer, "transfer.json");
  if (existsSync(file)) return file;
  throw wrong("bad_transfer", `${transfer} holds no transfer.json: the same omni transfer command again finishes it`);
}

function sameTasks(path: string, measured: readonly string[], ours: readonly string[]): void {
  const missing = ours.filter((id) => !measured.includes(id));
  const extra = measured.filter((id) => !ours.includes(id));
  if (missing.length === 0 && extra.length === 0) return;
  const parts = [
    ...(missing.length === 0 ? [] : [`lacks ${missing.join(", ")}`]),
    ...(extra.length === 0 ? [] : [`has ${extra.join(", ")}, which this config has not`]),
  ];
  const remedy = "measure these tasks with omni transfer, or give the order as a list";
  throw wrong("other_transfer", `${path} is of other tasks: it ${parts.join(" and ")}; ${remedy}`);
}

async function checked(path: string, document: unknown, config: OmniConfig) {
  const { about } = document as { readonly about?: unknown };
  if (about === undefined) {
    const message = `${path} does not say what it was measured with ("about"): whether it fits this config cannot be checked`;
    return { found: [], unchecked: [message] };
  }
  const made = (about as { readonly made?: unknown } | null)?.made;
  return { found: differencesFrom(made, await fingerprintsOf(config)), unchecked: [] };
}

function wrong(code: string, problem: string, cause?: unknown): ConfigError {
  const details = { at: ["schedule", "transfer"] };
  return new ConfigError(`schedule.transfer: ${problem}`, { code, details, ...(cause === undefined ? {} : { cause }) });
}
