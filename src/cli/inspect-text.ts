import type { TaskInspection } from "../compose/index.js";
import { oneLine, stripControl } from "../telemetry/index.js";

/** What became of a task's data, for people. */
export function inspected(task: TaskInspection): string {
  const { dropped, kept } = task;
  const lost = Object.entries(dropped).filter(([, count]) => count > 0);
  return [
    `${task.taskId} (${task.family})`,
    `  rows ${task.rows}; kept train ${kept.train}, validation ${kept.validation}, test ${kept.test}`,
    `  left out ${lost.length === 0 ? "none" : lost.map(([why, count]) => `${count} (${why})`).join(", ")}`,
    `  gold ${Object.entries(task.gold)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(", ")}${task.firstWithoutGold === undefined ? "" : `; first without: ${oneLine(task.firstWithoutGold)}`}`,
    `  prompt ${lengths(task.prompt)}`,
    ...(task.demonstration === null ? [] : [`  demonstration ${lengths(task.demonstration)}`]),
    ...task.items.flatMap((item) => [
      "",
      `  item ${oneLine(item.id)}`,
      ...item.messages.flatMap(({ role, content }) => [`    [${role}]`, ...indented(content)]),
      "    [gold]",
      ...indented(JSON.stringify(item.gold)),
      ...(item.demonstration === undefined ? [] : ["    [demonstration]", ...indented(item.demonstration)]),
    ]),
    "",
  ].join("\n");
}

function lengths(found: TaskInspection["prompt"]): string {
  if (found === null) return "none";
  const { min, median, p95, max } = found;
  return `characters: least ${min}, median ${median}, 95 % ${p95}, most ${max}`;
}

function indented(text: string): string[] {
  const shown = text.length > 4000 ? `${text.slice(0, 4000)}…` : text;
  return stripControl(shown)
    .split("\n")
    .map((line) => `      ${line}`);
}
