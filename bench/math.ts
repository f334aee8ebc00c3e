/**
 * The math verifier against Math-Verify 0.9 on the same pairs in the same run: recall, false positives, processor time.
 * Golds are those of DATA_DIR/math.jsonl (else of data/math.jsonl) and of generated families; pairs are derived from them.
 * Math-Verify runs in the Python that MATH_VERIFY_PYTHON names, else in the server's, if it has the extra `math-verify`.
 * The pairs go through the reward with its worker pool as well, four at once: latency and what the event loop loses by it.
 * The panel, judged by hand before any verifier saw it, is counted apart, beside what it gave at first shot
 * (bench/math/panel-first-shot.json); `--panel` runs it alone.
 * Prints one JSON line; `--misses` lists what either side got wrong on stderr.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { mathComponent, mathJobs } from "../src/rewards/index.js";
import { warmUp } from "../src/rewards/math/symbolic/precise.js";
import { verifyAnswer } from "../src/rewards/math/symbolic/verify-answer.js";
import { openZmqWorkers } from "../src/workers/index.js";
import { generatedPairs } from "./math/generated-pairs.js";
import { derivedPairs, type Pair } from "./math/pairs.js";
import { panelPairs } from "./math/panel.js";

const misses = process.argv.includes("--misses");
const dataDir = process.env.DATA_DIR;
const file = dataDir && existsSync(join(dataDir, "math.jsonl")) ? join(dataDir, "math.jsonl") : "data/math.jsonl";

function golds(): readonly string[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { answer = "" } = JSON.parse(line) as { readonly answer?: string };
      return (/#### (.*)$/s.exec(answer)?.[1] ?? answer).trim();
    });
}

interface Side {
  readonly equal: readonly boolean[];
  /** Processor time of each pair, seconds. */
  readonly seconds: readonly number[];
}

function ours(pairs: readonly Pair[]): Side {
  warmUp();
  for (const pair of pairs.slice(0, 200)) verifyAnswer(pair.answer, pair.gold);
  const equal: boolean[] = [];
  const seconds: number[] = [];
  for (const pair of pairs) {
    const began = process.cpuUsage();
    equal.push(verifyAnswer(pair.answer, pair.gold).outcome === "equal");
    const { user, system } = process.cpuUsage(began);
    seconds.push((user + system) / 1e6);
  }
  return { equal, seconds };
}

function mathVerify(pairs: readonly Pair[]): Side | undefined {
  const python = process.env.MATH_VERIFY_PYTHON ?? process.env.OMNI_PYTHON ?? ".venv/bin/python";
  const input = pairs.map((pair) => JSON.stringify({ answer: pair.answer, gold: pair.gold })).join("\n");
  const { stdout, stderr, status } = spawnSync(python, ["bench/math/math_verify_side.py"], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) {
    process.stderr.write(`no Math-Verify in ${python}; install the extra math-verify: ${stderr.split("\n").at(-2)}\n`);
    return undefined;
  }
  const lines = stdout.trim().split("\n");
  const answers = lines.map((line) => JSON.parse(line) as { readonly equal: boolean; readonly seconds: number });
  return { equal: answers.map((one) => one.equal), seconds: answers.map((one) => one.seconds) };
}

function summary(name: string, pairs: readonly Pair[], side: Side) {
  const positives = pairs.filter((pair) => pair.equal).length;
  const wrong = pairs.filter((pair, i) => pair.equal !== side.equal[i]);
  const falseNegatives = wrong.filter((pair) => pair.equal).length;
  const total = side.seconds.reduce((sum, one) => sum + one, 0);
  const sorted = [...side.seconds].sort((a, b) => a - b);
  if (misses)
    for (const pair of wrong)
      process.stderr.write(
        `${name}\t${pair.equal ? "missed" : "FALSE POSITIVE"}\t${pair.how}\t${pair.answer}\t${pair.gold}\n`,
      );
  return {
    recall: Number((1 - falseNegatives / positives).toFixed(4)),
    falsePositives: wrong.length - falseNegatives,
    perSecond: Math.round(pairs.length / total),
    p95Ms: Number(((sorted[Math.floor(sorted.length * 0.95)] ?? 0) * 1000).toFixed(3)),
    maxMs: Number(((sorted.at(-1) ?? 0) * 1000).toFixed(1)),
  };
}

/** The whole reward: in process where that decides, in one worker process otherwise. Milliseconds. */
async function throughPool(pairs: readonly Pair[]) {
  const workers = await openZmqWorkers({ kinds: { math: mathJobs.math }, local: 1, memoryMb: 512, deadlineMs: 1000 });
  const component = mathComponent({ raw: true, verify: workers });
  const score = ({ answer, gold }: Pair) => {
    const item = {
      id: gold,
      taskId: "bench",
      question: "",
      family: "math",
      messages: [],
      gold: { kind: "math", answer: gold },
    } as const;
    return component.score({ item, response: answer, truncated: false, seed: 0 }, {});
  };
  await score({ answer: "\\sqrt{8}", gold: "2\\sqrt{2}", equal: true, how: "warm" });
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const latencies: number[] = [];
  let right = 0;
  const queue = pairs.entries();
  const lane = async () => {
    for (const [, pair] of queue) {
      const began = performance.now();
      const { value } = await score(pair);
      latencies.push(performance.now() - began);
      right += value === (pair.equal ? 1 : 0) ? 1 : 0;
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: 4 }, lane));
  const seconds = (performance.now() - began) / 1000;
  lag.disable();
  await workers.close();
  latencies.sort((a, b) => a - b);
  const ms = (share: number) => Number((latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(3));
  return {
    right,
    perSecond: Math.round(pairs.length / seconds),
    latencyMs: { p50: ms(0.5), p95: ms(0.95), max: ms(0.9999) },
    eventLoopLagMs: { p99: Number((lag.percentile(99) / 1e6).toFixed(1)), max: Number((lag.max / 1e6).toFixed(1)) },
  };
}

/** Recall and false positives of both sides on the panel: today, and before any rule was mended because of it. */
function panel() {
  const pairs = panelPairs();
  const side = mathVerify(pairs);
  const counts = (name: string, one: Side) => {
    const { recall, falsePositives } = summary(name, pairs, one);
    return { recall, falsePositives };
  };
  return {
    pairs: pairs.length,
    equal: pairs.filter((pair) => pair.equal).length,
    ours: counts("ours", ours(pairs)),
    mathVerify: side === undefined ? undefined : counts("math-verify", side),
    firstShot: JSON.parse(readFileSync("bench/math/panel-first-shot.json", "utf8")) as unknown,
  };
}

if (process.argv.includes("--panel")) {
  console.log(JSON.stringify({ panel: panel() }));
  process.exit(0);
}
const pairs = [...derivedPairs(golds()), ...generatedPairs(20)];
const us = summary("ours", pairs, ours(pairs));
const pool = await throughPool(pairs);
const side = mathVerify(pairs);
const them = side === undefined ? undefined : summary("math-verify", pairs, side);
console.log(
  JSON.stringify({
    golds: file,
    pairs: pairs.length,
    equal: pairs.filter((pair) => pair.equal).length,
    ours: us,
    pool,
    mathVerify: them,
    throughputRatio: them === undefined ? undefined : Number((us.perSecond / them.perSecond).toFixed(1)),
    panel: panel(),
  }),
);
