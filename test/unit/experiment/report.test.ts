import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/index.js";
import { experimentHtml, experimentMarkdown, experimentReport, orderVerdict } from "../../../src/experiment/index.js";
import type { ExperimentNode } from "../../../src/experiment/node.js";
import { baselineNodes, orderNodes, probeNodes } from "../../../src/experiment/plan-nodes.js";
import type { NodeResult } from "../../../src/experiment/read-nodes.js";
import { adviseOrder, readTransferFile } from "../../../src/schedule/index.js";
import type { TaskEvaluation } from "../../../src/telemetry/index.js";

const config = resolveConfig({
  version: 1,
  model: { base: "nano" },
  tasks: ["a", "b"].map((id) => ({ id, family: "qa", data: { source: "x.jsonl" } })),
  experiment: { seeds: [1, 2], orders: { all: true } },
});

/** Accuracies of our making: a task gains 0.2 by its own training and loses 0.1 by what is trained after it. */
function accuracy(node: ExperimentNode, task: string): number {
  const path = node.kind === "stage" ? node.id.split(".").slice(1) : node.kind === "joint" ? ["a", "b"] : [];
  const at = path.indexOf(task);
  return (
    (at < 0 ? 0.5 : 0.7) - 0.1 * (path.length - 1 - Math.max(at, -1)) * (path.length > 0 ? 1 : 0) + node.seed / 1000
  );
}

const interval = (mean: number) => ({ mean, low: mean - 0.1, high: mean + 0.1, n: 10 });

function evaluation(mean: number): TaskEvaluation {
  return {
    rollouts: 10,
    scored: 10,
    reward: mean,
    components: { qa: mean, format: 1 },
    lengthMean: 5,
    lengthMax: 9,
    truncatedFraction: 0,
    entropy: mean,
    groups: {},
    primary: "qa",
    samples: 1,
    intervals: { qa: interval(mean) },
    categories: { easy: interval(mean + 0.1), hard: interval(mean - 0.1) },
    watch: { emptyThinking: 0.25, repeatedText: null, sameAnswer: null },
  };
}

function result(node: ExperimentNode): NodeResult {
  const tasks = { a: evaluation(accuracy(node, "a")), b: evaluation(accuracy(node, "b")) };
  return {
    node,
    evaluations: { validation: tasks, test: tasks },
    steps: 3,
    wallSeconds: 1,
    generatedTokens: 10,
    trainedTokens: 10,
    judgeCalls: 0,
    sandboxRuns: 0,
  };
}

const orders = [
  ["a", "b"],
  ["b", "a"],
].map((order, at) => ({ order, why: at === 0 ? ("best" as const) : ("all" as const) }));
const nodes = [
  ...probeNodes(config),
  ...orderNodes(
    config,
    orders.map(({ order }) => order),
  ),
  ...baselineNodes(config),
];
const outcome = {
  status: "finished" as const,
  orders,
  nodes: Object.fromEntries(nodes.map((node) => [node.id, result(node)])),
};
const report = experimentReport(config, outcome, {
  name: "<script>x</script>",
  model: "m",
  cautions: ["careful & plain"],
});

describe("the report of an experiment", () => {
  it("tells every method over seeds, and the gain of the best order over joint training", () => {
    expect(report.methods.map(({ name }) => name)).toEqual([
      "base",
      "only a",
      "only b",
      "joint",
      "a → b (best)",
      "b → a",
    ]);
    const joint = 2 * 0.65;
    const best = accuracy(orderNodes(config, [["a", "b"]])[0] as ExperimentNode, "a");
    expect(report.headlines[0]?.gain?.mean).toBeCloseTo((best + best + 0.1) / joint - 1, 1);
  });

  it("shows rows trained and columns evaluated: training b takes from a what it was measured to take", () => {
    expect(report.transfer.test.b?.a).toBeCloseTo(0.4 / 0.5 - 1, 2);
    expect(report.transfer.test.b?.b).toBeCloseTo(0.7 / 0.5 - 1, 2);
  });

  it("sets measured beside predicted, with the error over seeds", () => {
    const [row] = report.predictions.test.rows;
    expect(row?.predicted.b).toBeCloseTo(0.7015, 3);
    expect(row?.error.b?.mean).toBeCloseTo(0, 6);
    expect(row?.error.a).toMatchObject({ n: 2 });
    expect(report.predictions.test.meanError?.mean).toBeGreaterThan(0);
    expect(report.predictions.test.meanError).toMatchObject({ n: 2, half: expect.any(Number) });
  });

  it("tells small models' story: categories by method, and format and empty thinking apart from correctness", () => {
    expect(report.categories.columns).toEqual(["base", "only a", "only b", "joint", "a → b"]);
    const cell = (name: string) => report.categories.rows.find((row) => row.name === name)?.cells[0]?.mean;
    expect([cell("a: easy"), cell("a: hard"), cell("a, all items")]).toEqual([0.6, 0.4, 0.5]);
    expect(report.thinking.columns.slice(0, 3)).toEqual(["a correct", "format", "near-empty"]);
    expect(report.thinking.rows[0]?.cells.slice(0, 3).map((found) => found?.mean)).toEqual([0.5, 1, 0.25]);
    expect(experimentMarkdown(report)).toContain("| a: easy | 60.0 |");
  });

  it("takes entropies from completions sampled at T = 1 where evaluations are not", () => {
    const sampled = (node: ExperimentNode) => {
      const known = result(node);
      const entropy = node.id === "base" ? 2 : 3;
      const point = Object.fromEntries(["a", "b"].map((task) => [task, { ...evaluation(0.5), entropy }]));
      return { ...known, evaluations: { ...known.evaluations, entropy: point } };
    };
    const given = { ...outcome, nodes: Object.fromEntries(nodes.map((node) => [node.id, sampled(node)])) };
    const { entropy, curves } = experimentReport(config, given, { name: "x", model: "m", cautions: [] });
    expect(entropy.a?.b).toBeCloseTo(0.5, 12);
    expect(curves[0]?.measures.entropy?.a).toEqual([2, 3, 3]);
  });

  it("says whether the order matters, how often it wins, and where entropy makes it doubtful", async () => {
    const right = (share: number) => Array.from({ length: 50 }, (_, item) => (item < 50 * share ? 1 : 0));
    const file = readTransferFile(
      {
        scale: "fraction",
        tasks: ["a", "b"],
        base: { a: 0.5, b: 0.5 },
        after: { a: { a: 0.7, b: 0.5 }, b: { a: 0.4, b: 0.7 } },
        results: {
          base: { a: right(0.5), b: right(0.5) },
          after: { a: { a: right(0.7), b: right(0.5) }, b: { a: right(0.4), b: right(0.7) } },
        },
        entropy: { a: { b: 0 }, b: { a: 0.3 } },
        kinds: { a: "verifiable", b: "verifiable" },
      },
      "t.json",
    );
    const never = () => Promise.reject(new Error("not asked for so few tasks"));
    const advice = await adviseOrder(file, { top: 1, seed: 0, solveLarge: never });
    const told = (shown: typeof advice) => {
      const verdict = orderVerdict(["a", "b"], shown);
      const whole = { ...report, verdict };
      expect(experimentHtml(whole)).toContain(`${verdict.verdict} – ${verdict.reason}.`);
      return experimentMarkdown(whole);
    };
    const text = told(advice);
    expect(text).toMatch(
      /Verdict on b → a, by transfer on validation: order – the best order leads the runner-up by 11\.16 points/,
    );
    expect(text).toMatch(/With items drawn anew 1000 times, the best order was: b → a (99|100) %/);
    expect(text).toContain(
      "Entropy makes its prediction doubtful: b before a (entropy of a +30 %); the best order without one is a → b.",
    );
    expect(told({ ...advice, verdict: "indifferent" })).toContain("by transfer on validation: indifferent – ");
    expect(experimentMarkdown(report)).not.toContain("Verdict on");
  });

  it("tells each seed's rank correlation, and an interval that no correlation can leave", () => {
    const seeds = { correlations: [-1, 1], bySeed: { mean: 0, half: 12.7, n: 2 } };
    const test = { ...report.predictions.test, correlation: -0.5, ...seeds };
    expect(experimentMarkdown({ ...report, predictions: { ...report.predictions, test } })).toContain(
      "over 2 orders is −0.50; seed by seed −1.00, 1.00, mean 0.00 (95 %: −1.00 to 1.00); mean absolute error",
    );
  });

  it("is one page that loads nothing, runs nothing and shows names as text, with the numbers in its pictures", () => {
    const html = experimentHtml(report);
    expect(html).not.toMatch(/<script|https?:|<link|<img|@import|url\(/);
    expect(html).toContain("&lt;script&gt;x&lt;/script&gt;");
    expect(html).toContain("careful &amp; plain");
    expect(html).toContain("prefers-color-scheme:dark");
    expect(html.match(/<svg/g)?.length).toBeGreaterThan(5);
    expect(html).toMatch(/<text[^>]*>−19\.7 %<\/text>/);
  });

  it("is the same in Markdown, and flags a prediction above 100", () => {
    const text = experimentMarkdown(report);
    expect(text).toMatch(/\| base \| 50\.0 \| 50\.0 \| 50\.0 \|/);
    expect(text).toMatch(/rank correlation \(Spearman\) of predicted and measured scores over 2 orders is/);
    expect(text).toContain("| a → b | start | after a | after b |");
    expect(text).toMatch(/\| accuracy of a \| 50\.0 \| 70\.\d \| 60\.\d \|/);
    expect(text).toMatch(/Best by prediction on validation: a → b\. Best measured on test of those run: /);
    const high = [{ order: ["a", "b"], predicted: { a: 1.2, b: 0.5 }, score: 1 }];
    expect(experimentMarkdown({ ...report, allOrders: { validation: high, test: [] } })).toContain("120.0 (over 100)");
  });
});
