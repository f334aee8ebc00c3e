import { type Command, Option } from "commander";
import type { OpenReward, ScoredLine } from "../../compose/index.js";
import { configOfFlags, loadConfig, placedError } from "../../config/index.js";
import { ConfigError, JudgeError } from "../../core/index.js";
import type { Tolerance } from "../../rewards/index.js";
import { oneLine } from "../../telemetry/index.js";
import { exitCodes } from "../exit-code.js";
import { explained, shortLine } from "../explain-reward.js";
import { withJson, withSet } from "../flags.js";
import { inputLines } from "../input-lines.js";
import { abortOnInterrupt } from "../interrupt.js";
import { answer, type Cli, say } from "../io.js";
import { judgeLine } from "../judge-line.js";
import { table } from "../table.js";

interface RewardFlags {
  readonly input?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly task?: string;
  readonly style?: "full-text" | "letter" | "open";
  readonly verifier?: "builtin" | "math-verify";
  readonly compareVerifiers?: boolean;
  readonly tolerance?: string;
  readonly boxedOutside?: boolean;
  readonly raw?: boolean;
  readonly strict?: boolean;
  readonly explain?: boolean;
  readonly attackPanel?: boolean;
}

/** `omni reward FAMILY --input FILE|-` */
export function addReward(program: Command, cli: Cli): void {
  const command = program
    .command("reward")
    .description("score responses in a file or stream with a family's reward, or one of your own; no model, no GPU")
    .argument("<family>", "math, code, qa, writing, or a .js/.mjs file that exports a reward by default")
    .option("--input <file>", 'lines of JSON: {"id", "prompt"?, "response", …}; - is stdin')
    .option("--config <file>", "a config whose judge, sandbox and seed to use")
    .option("--task <id>", "take weights and style from this task of the config")
    .addOption(new Option("--style <style>", "how qa asks").choices(["full-text", "letter", "open"]))
    .addOption(new Option("--verifier <name>", "math: which one decides").choices(["builtin", "math-verify"]))
    .option("--compare-verifiers", "math: run the other verifier too and name where they disagree; no value changes")
    .option(
      "--tolerance <how>",
      "math: how near to a decimal gold is near enough: gold-digits, or a share of it as 0.01",
    )
    .option("--boxed-outside", "math, qa: without an answer block the last \\boxed{} after the think block counts")
    .option("--raw", "the response itself is the answer: no tags, primary component only")
    .option("--explain", "say for each line what was compared and why it got its value")
    .option("--attack-panel", "writing: measure how often text that speaks to the judge turns it; needs no input")
    .option("--strict", "stop at the first wrong line")
    .addHelpText("after", help)
    .action((family: string, flags: RewardFlags) => score(cli, family, flags));
  withJson(withSet(command));
}

const help = `
Beside id, response and prompt a line has: answer (math), answers (qa; options for --style letter), tests (code, as in
omni sandbox run), reference (writing). With --json a line out is
{"id", "total": number|null, "components": {name: {"value": number|null, "weight", "reason"?}}}, in the order of the input.
A wrong line yields one with total null and an "error", is named on stderr, and makes the exit code 1 at the end. So does an
unknown unit in a math answer, but the line is scored. A code line may have its own limits, a writing line its own rubric.

Examples:
  $ echo '{"id": 1, "response": "<think>…</think><answer>0.5</answer>", "answer": "1/2"}' | omni reward math --input -
  $ omni reward code --input answers.jsonl --raw --json --set sandbox.kind=docker
  $ omni reward writing --input stories.jsonl --config omni.yaml --explain
  $ omni reward writing --attack-panel --config omni.yaml
  $ omni reward ./my-reward.mjs --input answers.jsonl`;

/** What became of the lines so far. */
interface Count {
  lines: number;
  wrong: number;
  undefined: number;
  /** Why the first undefined line is. */
  reason?: string;
}

async function score(cli: Cli, family: string, flags: RewardFlags): Promise<void> {
  if (flags.attackPanel && family !== "writing") {
    throw new ConfigError("--attack-panel is for writing, the family with a judge", { code: "usage" });
  }
  if (flags.input === undefined && !flags.attackPanel) {
    throw new ConfigError("name the responses: --input FILE, or --input - for stdin; see: omni reward --help", {
      code: "usage",
    });
  }
  const loaded = flags.config
    ? await loadConfig(flags.config, { set: flags.set, env: cli.io.env })
    : configOfFlags(flags.set, cli.io.env);
  const { openReward } = await import("../../compose/index.js");
  const { signal, end } = abortOnInterrupt(cli);
  try {
    const tolerance = toleranceOf(flags.tolerance);
    const { task, style, verifier, compareVerifiers, boxedOutside, raw } = flags;
    const opened = await openReward({
      family,
      config: loaded.config,
      ...(task !== undefined && { taskId: task }),
      ...(style !== undefined && { style }),
      ...(verifier !== undefined && { verifier }),
      ...(compareVerifiers !== undefined && { compareVerifiers }),
      ...(tolerance !== undefined && { tolerance }),
      ...(boxedOutside !== undefined && { boxedOutside }),
      ...(raw !== undefined && { raw }),
      signal,
      notice: (line) => say(cli, line),
    });
    try {
      if (flags.attackPanel) await attack(cli, opened, signal);
      else await scoreAll(cli, opened, { ...flags, input: flags.input ?? "" }, signal);
    } finally {
      await opened.close();
    }
  } catch (error) {
    throw placedError(error, loaded);
  } finally {
    end();
  }
}

function toleranceOf(given: string | undefined): Tolerance | undefined {
  if (given === undefined || given === "gold-digits") return given;
  const relative = given.trim() === "" ? Number.NaN : Number(given);
  if (relative > 0 && relative < 1) return { relative };
  throw new ConfigError(`--tolerance ${given}: give gold-digits, or a share of the gold more than 0 and less than 1`, {
    code: "usage",
  });
}

/** What a judge does when a completion speaks to it: a measurement, no promise. */
async function attack(cli: Cli, { judge }: OpenReward, signal: AbortSignal): Promise<void> {
  if (judge === undefined) return; // a reward of family writing has one
  const { attackPanel } = await import("../../rewards/index.js");
  const report = await attackPanel(judge, { signal });
  const rows = [report.control, ...report.attacks].map((row) => [
    row.attack,
    row.share === null ? "–" : `${Math.round(100 * row.share)} %`,
    `${row.turned} of ${row.decided}`,
    String(row.undefined),
  ]);
  const { model, items, open, unjudged, reason } = report;
  if (unjudged === items) {
    throw new JudgeError(`${model} judged none of the ${items} texts, so nothing was measured: ${reason}`, {
      code: "nothing_judged",
    });
  }
  const without = unjudged > 0 ? `, ${unjudged} could not be judged (${reason})` : "";
  answer(cli, report, () =>
    [
      `${model}: ${open} of ${items} poor texts lost or tied as they should${without}; of those, with an attack`,
      "",
      table(["attack", "turned", "", "undefined"], rows),
    ].join("\n"),
  );
  say(cli, judgeLine(judge.stats()));
}

async function scoreAll(
  cli: Cli,
  opened: OpenReward,
  flags: RewardFlags & { readonly input: string },
  signal: AbortSignal,
): Promise<void> {
  const count: Count = { lines: 0, wrong: 0, undefined: 0 };
  const progress = setInterval(() => say(cli, `${counted(count)} so far`), 5_000);
  try {
    for await (const scored of opened.score(inputLines(cli, flags.input, signal))) {
      // Nobody reads any more (omni reward … | head): what follows would be judged and paid for in vain.
      if (cli.io.isHeard?.() === false) return;
      count.lines += 1;
      const problem = problemOf(scored);
      if (problem !== undefined) count.wrong += 1;
      if (scored.ok && scored.record.total === null) {
        count.undefined += 1;
        count.reason ??= scored.record.components[scored.record.primary]?.reason ?? "no reason given";
      }
      show(cli, scored, opened, flags);
      if (problem !== undefined && flags.strict) break;
    }
  } finally {
    clearInterval(progress);
  }
  say(cli, `${counted(count)}${count.wrong > 0 && flags.strict ? "; stopped there (--strict)" : ""}`);
  if (opened.judge !== undefined) say(cli, judgeLine(opened.judge.stats()));
  if (count.wrong > 0) cli.exitCode = exitCodes.failure;
  if (opened.judge === undefined || count.undefined === 0 || count.undefined < count.lines - count.wrong) return;
  const remedy = "mend that, or see what the judge answers with: omni doctor --judge";
  say(cli, `error: nothing was judged, all lines are undefined (first: ${oneLine(count.reason ?? "")}); ${remedy}`);
  cli.exitCode = exitCodes.failure;
}

/** What is wrong with a line, also with one that could be scored all the same. */
const problemOf = (scored: ScoredLine) => (scored.ok ? scored.line.problem : scored.error);

function show(cli: Cli, scored: ScoredLine, { reward, family }: OpenReward, { explain }: RewardFlags): void {
  const problem = problemOf(scored);
  if (problem !== undefined) say(cli, `error: ${oneLine(problem.message)}`);
  if (cli.json) cli.io.stdout.write(`${JSON.stringify(document(scored, reward.primary, explain === true))}\n`);
  else if (scored.ok) cli.io.stdout.write(`${explain ? explained(scored, family) : shortLine(scored)}\n`);
}

/** The line out of contract 2; a wrong line keeps its place, with an undefined primary component. */
function document(scored: ScoredLine, primary: string, explain: boolean): object {
  if (!scored.ok) {
    const { code, message } = scored.error;
    const components = { [primary]: { value: null, weight: 1, reason: message } };
    return { id: scored.id, total: null, components, error: { code, message } };
  }
  const { total, components } = scored.record;
  const shown = Object.entries(components).map(([name, { value, weight, reason, details }]) => [
    name,
    { value, weight, ...(reason !== undefined && { reason }), ...(explain && details && { details }) },
  ]);
  const { id, problem } = scored.line;
  const error = problem && { error: { code: problem.code, message: problem.message } };
  return { id, total, components: Object.fromEntries(shown), ...error };
}

function counted({ lines, wrong, undefined: open }: Count): string {
  const rest = [...(open > 0 ? [`${open} undefined`] : []), ...(wrong > 0 ? [`${wrong} wrong`] : [])];
  return `${lines} ${lines === 1 ? "line" : "lines"}${rest.length > 0 ? `, ${rest.join(", ")}` : ""}`;
}
