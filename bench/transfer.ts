/**
 * How well transfer predicts what orders come to: all 24 orders of examples/nano-experiment.yaml's four tasks, one seed, from
 * real runs that share their beginnings (64 stage runs beside the warm-up). Everything is done by the machinery of
 * `omni experiment`, so the same command again goes on where it was.
 *
 *   npm run bench -- transfer [--quick] [--engines N] [--seed S]
 *
 * `--quick` takes two updates a stage and few items: it shows in minutes that all of it works, not how well. Prints one JSON
 * line an order, best measured first, then one with the rank correlations and errors. The report is in .cache/bench/transfer.
 */
import { parseArgs } from "node:util";
import { experimentRun, planRun } from "../src/compose/index.js";
import { loadConfig } from "../src/config/index.js";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    engines: { type: "string", default: "1" },
    seed: { type: "string" },
  },
});
const { config: given, baseDir } = await loadConfig("examples/nano-experiment.yaml");
const { experiment } = given;
if (experiment === undefined) throw new Error("examples/nano-experiment.yaml: no section experiment");
const { sft: _, merge: __, formats: ___, references: ____, ...kept } = experiment;
const seed = values.seed === undefined ? (experiment.seeds?.[0] ?? given.seed) : Number(values.seed);
const [engine = { address: "auto", roles: ["sample", "train"] as const }] = given.engines;
const config = {
  ...given,
  name: values.quick ? `quick-${seed}-${values.engines}` : `orders-${seed}-${values.engines}`,
  engines: Array.from({ length: Number(values.engines) }, () => engine),
  ...(values.quick ? { eval: { ...given.eval, itemsPerTask: 12 } } : {}),
  experiment: {
    ...kept,
    seeds: [seed],
    ...(values.quick ? { updatesPerStage: 2 } : {}),
    orders: { best: true, worst: true, random: 0, all: true, list: [] },
    joint: false,
    temperatures: [],
  },
  run: { folder: ".cache/bench/transfer" },
};
const plan = await planRun({ config, baseDir });
process.stderr.write(`${plan.experiment?.stageRuns} stage runs, ${plan.experiment?.updates} updates\n`);
const began = performance.now();
const { report, reportHtml } = await experimentRun({
  config,
  baseDir,
  onNode: ({ node, done, total }) => process.stderr.write(`run ${done + 1} of ${total}: ${node.id}\n`),
});
const { test, validation } = report.predictions;
const ranked = [...test.rows].sort((a, b) => (b.measuredScore?.mean ?? 0) - (a.measuredScore?.mean ?? 0));
for (const [at, { order, predictedScore, measuredScore, error }] of ranked.entries()) {
  const errors = Object.fromEntries(Object.entries(error).map(([task, value]) => [task, value?.mean]));
  console.log(
    JSON.stringify({ rank: at + 1, order, measured: measuredScore?.mean, predicted: predictedScore, errors }),
  );
}
const best = validation.rows.find(({ why }) => why === "best");
const facts = {
  seconds: Math.round((performance.now() - began) / 1000),
  engineSeconds: Math.round(report.cost.seconds),
  runs: report.cost.runs,
  stages: report.cost.stages,
  orders: test.rows.length,
  rankCorrelation: { validation: validation.correlation, test: test.correlation },
  meanAbsoluteError: { validation: validation.meanError?.mean, test: test.meanError?.mean },
  rankOfTheOrderPredictedBest: ranked.findIndex(({ order }) => order.join() === best?.order.join()) + 1,
};
console.log(JSON.stringify(facts));
process.stderr.write(`report: ${reportHtml}\n`);
