import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  openTelemetry,
  type RunEvent,
  type StepMetrics,
  showSeconds,
  stripControl,
} from "../../../src/telemetry/index.js";

let runDir: string;

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), "omni-telemetry-"));
});
afterEach(() => rmSync(runDir, { recursive: true, force: true }));

function metrics(position: number, given: Partial<StepMetrics> = {}): StepMetrics {
  const task = {
    rollouts: 8,
    scored: 8,
    reward: 0.625,
    components: { math: 0.5, format: 1, tags: null },
    lengthMean: 40,
    lengthMax: 96,
    truncatedFraction: 0.25,
    entropy: 1.2,
    groups: { live: 1 },
  };
  return {
    stepId: `step-${position}`,
    position,
    phase: "grpo",
    stage: "joint",
    epoch: 0,
    weightsVersion: position + 1,
    loss: 0.01234567,
    gradNorm: 0.5,
    updateNorm: 0.001,
    lr: 1e-5,
    tasks: { arithmetic: task },
    trainer: {},
    seconds: { generate: 3, score: 1, update: 5, other: 1 },
    generatedTokens: 320,
    trainedTokens: 320,
    sandboxRuns: 0,
    judgeCalls: 0,
    replayed: false,
    ...given,
  };
}

const started = (resumedAt = 0): RunEvent => ({
  kind: "run_started",
  runId: "demo",
  runDir,
  totalSteps: 4,
  resumedAt,
  tasks: ["arithmetic"],
});
const committed = (position: number, given: Partial<StepMetrics> = {}): RunEvent => ({
  kind: "step_committed",
  metrics: metrics(position, given),
  totalSteps: 4,
});

function shownBy(events: readonly RunEvent[], tty: boolean, columns = 100): string {
  let text = "";
  const telemetry = openTelemetry({ stderr: { write: (part) => (text += part), columns }, tty });
  for (const event of events) telemetry.onEvent(event);
  telemetry.close();
  return text;
}

const lines = (name: string) => readFileSync(join(runDir, name), "utf8").split("\n").filter(Boolean);

describe("off a terminal", () => {
  it("a step is one key=value line with every task's components and an estimate", () => {
    const text = shownBy([started(), committed(0)], false);
    expect(text.split("\n")[1]).toBe(
      "step=1/4 stage=joint loss=0.01235 grad_norm=0.5 arithmetic.reward=0.625 arithmetic.math=0.5 arithmetic.format=1 " +
        "arithmetic.tags=undefined tokens=320 generate_s=3 score_s=1 update_s=5 other_s=1 eta_s=30",
    );
  });

  it("says what it waits for, and quotes what has spaces", () => {
    expect(shownBy([{ kind: "waiting", what: "judge: 3 of 32", seconds: 45.2 }], false)).toBe(
      'waiting="judge: 3 of 32" seconds=45\n',
    );
  });

  it("writes no escape sequence, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (message) => {
        const text = shownBy([{ kind: "notice", level: "info", message: `\u001b[31m${message}` }], false);
        expect(text.slice(0, -1)).toBe(stripControl(text.slice(0, -1)));
        expect(text.split("\n")).toHaveLength(2);
      }),
    );
  });
});

describe("on a terminal", () => {
  it("shows the step, the tasks' reward and format, the time split and what it waits for, in its columns", () => {
    const text = shownBy(
      [started(), committed(1), { kind: "waiting", what: "judge: 3 of 32", seconds: 125 }],
      true,
      90,
    );
    const last = text.slice(text.lastIndexOf("\u001b[J") + 3).split("\n");
    expect(last[0]).toBe("demo · joint · step 2 of 4 ██████████░░░░░░░░░░ · about 20 s left");
    expect(last[1]).toBe("  arithmetic  reward 0.63  math 0.50  format 1.00  tags   –");
    expect(last[2]).toBe("  time: generate 30 % · score 10 % · update 50 % · other 10 %");
    expect(last[3]).toBe("  waiting for judge: 3 of 32, 2 min 5 s");
    for (const line of last) expect(line.length).toBeLessThan(90);
  });

  it("keeps warnings above the panel", () => {
    const text = shownBy([started(), { kind: "notice", level: "warn", message: "format rises alone" }], true);
    expect(text).toContain('warning="format rises alone"\n');
  });

  it("lets no text of others steer the terminal", () => {
    const text = shownBy([{ ...started(), runId: "a\u001b]0;owned\u0007b\u001b[2J" } as RunEvent], true);
    expect(text).not.toContain("\u001b]");
    expect(text).not.toContain("\u001b[2J");
    expect(text).toContain("ab · ");
  });
});

describe("the run folder's files", () => {
  it("hold each step and evaluation once, also over a resume that replays", () => {
    const evaluated: RunEvent = { kind: "eval_finished", point: "base", weightsVersion: 0, tasks: {}, seconds: 1 };
    shownBy([started(), evaluated, committed(0), committed(1)], false);
    shownBy([started(1), committed(1, { replayed: true }), committed(2)], false);
    const kept = lines("metrics.jsonl").map((line) => JSON.parse(line) as { kind: string; stepId?: string });
    expect(kept.map((line) => line.stepId ?? line.kind)).toEqual(["evaluation", "step-0", "step-1", "step-2"]);
  });

  it("lose a line that a crash cut short, and nothing else", () => {
    shownBy([started(), committed(0)], false);
    appendFileSync(join(runDir, "metrics.jsonl"), '{"kind":"step","ste');
    shownBy([started(1), committed(1)], false);
    expect(lines("metrics.jsonl").map((line) => (JSON.parse(line) as { stepId: string }).stepId)).toEqual([
      "step-0",
      "step-1",
    ]);
  });

  it("log what was said before the folder was known", () => {
    shownBy([{ kind: "notice", level: "info", message: "loading nano" }, started()], false);
    const [first, second] = lines("log.jsonl").map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ level: "info", msg: "notice", message: "loading nano" });
    expect(second).toMatchObject({ msg: "run_started", runId: "demo" });
  });

  it("log each key once, and what was said early with the time when it was said", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const telemetry = openTelemetry({ stderr: { write: () => true }, tty: false });
    const times = ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:05.000Z", "2026-01-01T00:00:09.000Z"];
    const said = [
      { kind: "notice", level: "info", message: "loading nano" },
      { kind: "notice", level: "warn", message: "one thread" },
      started(),
    ] as const;
    said.forEach((event, i) => {
      vi.setSystemTime(times[i] ?? "");
      telemetry.onEvent(event as RunEvent);
    });
    telemetry.close();
    const log = lines("log.jsonl");
    expect(log.map((line) => (JSON.parse(line) as { time: string }).time)).toEqual(times);
    expect(log.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(["info", "warn", "info"]);
    for (const line of log) expect(line.match(/"level":/g)).toHaveLength(1);
  });

  it("that cannot be written are told of once and do not end the run", () => {
    const file = join(runDir, "file");
    writeFileSync(file, "");
    const text = shownBy([{ ...started(), runDir: file } as RunEvent, committed(0), committed(1)], false);
    expect(text.match(/are not written any more/g)).toHaveLength(1);
    expect(text).toContain("step=2/4");
    expect(existsSync(join(file, "log.jsonl"))).toBe(false);
  });
});

describe("durations", () => {
  it("are shown in units that a person reads", () => {
    expect([5, 200, 7500].map(showSeconds)).toEqual(["5 s", "3 min 20 s", "2 h 5 min"]);
  });
});
