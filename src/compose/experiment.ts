import { join } from "node:path";
import { ConfigError } from "../core/index.js";
import {
  type ExperimentReport,
  experimentHtml,
  experimentMarkdown,
  experimentReport,
  fingerprintsOf,
  orderVerdict,
  runExperiment,
  withVariantTasks,
} from "../experiment/index.js";
import { writeWhole } from "../store/index.js";
import { inLab, type LabOptions } from "./lab.js";
import { scheduleOrder, usualTimeLimitS } from "./schedule.js";
import { writeTransfer } from "./transfer.js";

/** What an experiment tells at its end. */
export interface ExperimentSummary {
  readonly folder: string;
  readonly reportHtml: string;
  readonly reportMarkdown: string;
  /** The report as data, also in `results.json`. */
  readonly report: ExperimentReport;
}

/**
 * Runs all that the config's section `experiment` asks for on all engines of the config, then writes report.html, report.md,
 * results.json and, once all probes are measured, transfer.json. The same call again goes on where it was: what is finished is not done anew.
 * @throws ConfigError without that section; StoreError `other_config` when the folder holds one of another config
 */
export async function experimentRun(options: LabOptions): Promise<ExperimentSummary> {
  const { config } = options;
  if (config.experiment === undefined) {
    throw new ConfigError("config: no section experiment; add one, see examples/nano-experiment.yaml", {
      code: "no_experiment",
    });
  }
  return inLab(options, withVariantTasks(config), async (labs, { folder, ...facts }) => {
    const made = await fingerprintsOf(config);
    const { nodesFolder } = labs[0];
    const outcome = await runExperiment(labs, options.onNode ?? (() => undefined));
    const transfer =
      outcome.orders.length === 0 ? undefined : writeTransfer(folder, config, nodesFolder, outcome.nodes, made);
    const verdict = transfer === undefined ? {} : await verdictOf(transfer, options.signal);
    const report = experimentReport(config, outcome, { ...facts, ...verdict });
    return { folder, report, ...writeReport(folder, report) };
  });
}

/** How sure the best order is, by resampling the items that the probes were asked. */
async function verdictOf({ file, document }: ReturnType<typeof writeTransfer>, signal: AbortSignal | undefined) {
  const settings = { timeLimitS: usualTimeLimitS, top: 1, ...(signal === undefined ? {} : { signal }) };
  const { advice } = await scheduleOrder(JSON.stringify(document), file, settings);
  return { verdict: orderVerdict(document.tasks, advice) };
}

function writeReport(folder: string, report: ExperimentReport) {
  const paths = { reportHtml: join(folder, "report.html"), reportMarkdown: join(folder, "report.md") };
  writeWhole(paths.reportHtml, experimentHtml(report));
  writeWhole(paths.reportMarkdown, experimentMarkdown(report));
  writeWhole(join(folder, "results.json"), `${JSON.stringify(report, null, 2)}\n`);
  return paths;
}
