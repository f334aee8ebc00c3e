import { type Command, InvalidArgumentError } from "commander";
import { withJson } from "../flags.js";
import { abortOnInterrupt } from "../interrupt.js";
import { answer, type Cli, say } from "../io.js";
import { readInput } from "../read-input.js";
import { scheduleDocument } from "../schedule-document.js";
import { scheduleText } from "../schedule-text.js";

interface Flags {
  readonly lop?: boolean;
  readonly top?: number;
  readonly timeLimit: number;
}

/** `omni schedule FILE` */
export function addSchedule(program: Command, cli: Cli): void {
  const command = program
    .command("schedule")
    .description("in which order to train tasks, from what training each does to the others")
    .argument("<file>", "transfer file (JSON; omni transfer writes one), or - for standard input")
    .option("--top <n>", "list the n best orders, also above six tasks (where all are listed)", positive(1_000_000))
    .option("--lop", 'the file is a bare linear-ordering instance: {"n": 3, "matrix": [[…], …]}')
    .option(
      "--time-limit <seconds>",
      "above 24 tasks: end with the best order and a proven bound",
      positive(86_400),
      50,
    )
    .addHelpText("after", help)
    .action(async (path: string, flags: Flags) => {
      const { scheduleOrder, solveLop } = await import("../../compose/index.js");
      const text = await readInput(path);
      const name = path === "-" ? "standard input" : path;
      const { signal, end } = abortOnInterrupt(cli);
      let told = performance.now();
      const onProgress = (progress: { readonly bound: number; readonly value: number; readonly nodes: number }) => {
        if (performance.now() - told < 3_000) return;
        told = performance.now();
        say(
          cli,
          `value=${progress.value} bound=${progress.bound} gap=${gapOf(progress).toFixed(5)} nodes=${progress.nodes}`,
        );
      };
      const options = { timeLimitS: flags.timeLimit, signal, onProgress };
      try {
        if (flags.lop === true) {
          const solved = await solveLop(text, name, options);
          answer(cli, { ...solved, gap: gapOf(solved) }, () => lopText(solved));
          return;
        }
        const { file, advice } = await scheduleOrder(text, name, { ...options, top: flags.top ?? 1 });
        for (const note of file.notes) say(cli, `note: ${note}`);
        answer(cli, scheduleDocument(file, advice, flags.top), () => scheduleText(file, advice));
      } finally {
        end();
      }
    });
  withJson(command);
}

const help = `
The file: {"scale": "percent", "tasks": ["math", "code"], "base": {"math": 55.5, "code": 29.6},
  "after": {"math": {"math": 57.6, "code": 34.4}, "code": {"math": 55.5, "code": 36.1}}, "counts": 500}
"after" is trained → evaluated → accuracy. docs/schedule.md has every key.

Examples:
  $ omni schedule transfer.json
  $ omni schedule transfer.json --json | jq .exact.order
  $ omni schedule instance.json --lop --json`;

function gapOf({ value, bound }: { readonly value: number; readonly bound: number }): number {
  return bound === value ? 0 : (bound - value) / Math.max(Math.abs(value), Number.MIN_VALUE);
}

function lopText(solved: { order: readonly number[]; value: number; optimal: boolean; bound: number }): string {
  const proof = solved.optimal
    ? "proven optimal"
    : `no order exceeds ${solved.bound} (gap ${(100 * gapOf(solved)).toFixed(2)} %)`;
  return `order ${solved.order.join(" ")}\nvalue ${solved.value}, ${proof}`;
}

function positive(most: number) {
  return (value: string): number => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`use a whole number from 1 to ${most}.`);
  };
}
