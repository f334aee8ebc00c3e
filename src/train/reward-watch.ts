import type { Group } from "../grpo/index.js";
import { extractAnswer } from "../rewards/index.js";
import type { StepMetrics, TaskStatistics, WatchMeasures } from "../telemetry/index.js";

/** What a policy may do instead of solving its tasks; names stand in metrics and in the step line as `task:name`. */
export type WatchName =
  | "format_without_correctness"
  | "length_explosion"
  | "repeated_text"
  | "one_answer"
  | "empty_thinking";

/** Steps of a task that trends are looked for in. */
const WINDOW = 18;
const LEAST_STEPS = 6;

/** Words whose repetition counts, as runs of this many. */
const RUN = 4;
const LEAST_WORDS = 24;
const NEAR_EMPTY_CHARS = 10;

/** Shares over one task's rollouts of one step; null where nothing could be measured. Linear in the text. */
export function watchMeasures(groups: readonly Group[]): WatchMeasures {
  const members = groups.flatMap((group) => group.members);
  const thinking = members.flatMap(({ reward }) => {
    const chars = reward.components.format?.details?.thinkChars;
    return chars === undefined ? [] : [typeof chars === "number" && chars >= NEAR_EMPTY_CHARS ? 0 : 1];
  });
  const repeated = members.map(({ rollout }) => (repetition(rollout.text) > 0.5 ? 1 : 0));
  return {
    emptyThinking: share(thinking),
    repeatedText: share(repeated),
    sameAnswer: groups.length < 3 ? null : mostFrequentAnswer(members.map(({ rollout }) => rollout.text)),
  };
}

/** Share of a text's runs of four words that it holds more than once: 0 … 1; 0 for a short text. */
export function repetition(text: string): number {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length < LEAST_WORDS) return 0;
  const runs = words.slice(RUN - 1).map((_, at) => words.slice(at, at + RUN).join(" "));
  return 1 - new Set(runs).size / runs.length;
}

/** What a prompt may have begun for the response; one that opens no answer itself goes on in this. */
const PREFILLED = "<think></think><answer>";

/** Share of all responses that give the answer given most; null where fewer than eight answer. */
function mostFrequentAnswer(texts: readonly string[]): number | null {
  const counts = new Map<string, number>();
  let answered = 0;
  for (const text of texts) {
    const answer = extractAnswer(text.includes("<answer>") ? text : `${PREFILLED}${text}`);
    if (answer.kind === "missing") continue;
    answered += 1;
    counts.set(answer.text, (counts.get(answer.text) ?? 0) + 1);
  }
  return answered < 8 ? null : Math.max(...counts.values()) / texts.length;
}

/**
 * What is to be suspected after a step, as `task:name`. Trends compare the first third of a task's last 18 steps with the
 * last third.
 * @param earlier steps before this one, oldest first
 * @param primary name of each task's primary component
 */
export function rewardWatch(
  earlier: readonly StepMetrics[],
  now: StepMetrics,
  primary: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(now.tasks).flatMap(([taskId, task]) => {
    const history = [...earlier, now].flatMap((step) => step.tasks[taskId] ?? []).slice(-WINDOW);
    const names = [...trends(history, primary[taskId] ?? ""), ...levels(task)];
    return names.map((name) => `${taskId}:${name}`);
  });
}

function trends(history: readonly TaskStatistics[], primary: string): WatchName[] {
  if (history.length < LEAST_STEPS) return [];
  const third = Math.floor(history.length / 3);
  const [first, last] = [history.slice(0, third), history.slice(-third)];
  const rise = (of: (task: TaskStatistics) => number | null | undefined) =>
    (mean(last, of) ?? 0) - (mean(first, of) ?? 0);
  const format = rise((task) => task.components.format);
  const correct = rise((task) => task.components[primary]);
  const before = mean(first, (task) => task.lengthMean) ?? 0;
  const longer = rise((task) => task.lengthMean);
  return [
    ...(format >= 0.1 && correct <= 0.01 ? (["format_without_correctness"] as const) : []),
    ...(longer >= before && longer >= 32 ? (["length_explosion"] as const) : []),
  ];
}

function levels({ watch }: TaskStatistics): WatchName[] {
  if (watch === undefined) return [];
  const { repeatedText, sameAnswer, emptyThinking } = watch;
  return [
    ...((repeatedText ?? 0) > 0.25 ? (["repeated_text"] as const) : []),
    ...((sameAnswer ?? 0) > 0.5 ? (["one_answer"] as const) : []),
    ...((emptyThinking ?? 0) > 0.5 ? (["empty_thinking"] as const) : []),
  ];
}

/** How often each suspicion arose, for the report; nothing when none did. */
export function watchLines(steps: readonly StepMetrics[]): string[] {
  const counts = new Map<string, number>();
  for (const name of steps.flatMap((step) => step.watch ?? [])) counts.set(name, (counts.get(name) ?? 0) + 1);
  const shown = [...counts].map(([name, count]) => `${name} in ${count}`);
  return shown.length === 0
    ? []
    : [`Watch, steps of ${steps.length}: ${shown.join(", ")} (docs/rewards.md says what each means).`, ""];
}

function mean(tasks: readonly TaskStatistics[], of: (task: TaskStatistics) => number | null | undefined) {
  return share(tasks.flatMap((task) => of(task) ?? []));
}

function share(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
