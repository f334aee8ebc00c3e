import { join } from "node:path";
import { ConfigError } from "../core/index.js";
import {
  type ExperimentReport,
  experimentHtml,
  experimentMarkdown,
  experimentReport,
  runExperiment,
  withVariantTasks,
} from "../experiment/index.js";
import { writeWhole } from "../store/index.js";
import { inLab, type LabOptions } from "./lab.js";

/** What an experiment tells at its end. */
export interface ExperimentSummary {
  readonly folder: string;
  readonly reportHtml: string;
  readonly reportMarkdown: string;
  /** The report as data, also in `results.json`. */
  readonly report: ExperimentReport;
}

/**
 * Runs all that the config's section `experiment` asks for on all engines of the config, then writes report.html, report.md and
 * results.json. The same call again goes on where it was: what is finished is not done anew.
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
    const outcome = await runExperiment(labs, options.onNode ?? (() => undefined));
    const report = experimentReport(config, outcome, facts);
    return { folder, report, ...writeReport(folder, report) };
  });
}

function writeReport(folder: string, report: ExperimentReport) {
  const paths = { reportHtml: join(folder, "report.html"), reportMarkdown: join(folder, "report.md") };
  writeWhole(paths.reportHtml, experimentHtml(report));
  writeWhole(paths.reportMarkdown, experimentMarkdown(report));
  writeWhole(join(folder, "results.json"), `${JSON.stringify(report, null, 2)}\n`);
  return paths;
}
