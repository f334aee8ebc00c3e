import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfig, type OmniConfig, renderConfig } from "../config/index.js";
import { ConfigError, StoreError } from "../core/index.js";
import {
  type ExperimentReport,
  experimentHtml,
  experimentMarkdown,
  experimentReport,
  type OnNode,
  runExperiment,
  withVariantTasks,
} from "../experiment/index.js";
import { refuseNetworkFileSystem } from "../store/index.js";
import { openAdapters } from "./adapters.js";
import { never, type RunOptions } from "./run.js";

/** What an experiment tells at its end. */
export interface ExperimentSummary {
  readonly folder: string;
  readonly reportHtml: string;
  readonly reportMarkdown: string;
  /** The report as data, also in `results.json`. */
  readonly report: ExperimentReport;
}

/** Settings of {@link experimentRun}. */
export interface ExperimentOptions extends Omit<RunOptions, "tasks"> {
  readonly config: OmniConfig;
  readonly baseDir: string;
  /** Folder below `run.folder`; default: the config's name. */
  readonly id?: string;
  /** Before each run of the experiment. */
  readonly onNode?: OnNode;
}

/**
 * Runs all that the config's section `experiment` asks for on one engine, then writes report.html, report.md and
 * results.json. The same call again goes on where it was: what is finished is not done anew.
 * @throws ConfigError without that section; StoreError `other_experiment` when the folder holds one of another config
 */
export async function experimentRun(options: ExperimentOptions): Promise<ExperimentSummary> {
  const { config } = options;
  if (config.experiment === undefined) {
    throw new ConfigError("config: no section experiment; add one, see examples/nano-experiment.yaml", {
      code: "no_experiment",
    });
  }
  const name = options.id ?? config.name ?? "experiment";
  const folder = await claimFolder(config, name);
  const emit = options.onEvent ?? (() => undefined);
  const signal = options.signal ?? never;
  const adapters = await openAdapters({
    config: withVariantTasks(config),
    baseDir: options.baseDir,
    modelId: name,
    checkpointRoot: join(folder, "checkpoints"),
    logFile: join(folder, "engine.log"),
    signal,
    notice: (message) => emit({ kind: "notice", level: "info", message }),
  });
  try {
    const { engine, model, tasks, checkpointPrefix, usage, cautions } = adapters;
    const stop = options.stop ?? never;
    const nodesFolder = join(folder, "runs");
    const { baseDir } = options;
    const lab = {
      config,
      folder,
      baseDir,
      tasks,
      engine,
      model,
      nodesFolder,
      checkpointPrefix,
      usage,
      emit,
      stop,
      signal,
    };
    const outcome = await runExperiment(lab, options.onNode ?? (() => undefined));
    const parameters = `${(model.parameters / 1e6).toFixed(1)} M parameters`;
    const report = experimentReport(config, outcome, {
      name,
      model: `${model.base} (${parameters})`,
      cautions: [...cautions, ...greedyCaution(config)],
    });
    return { folder, report, ...writeReport(folder, report) };
  } finally {
    await adapters.close();
  }
}

/** Makes the experiment's folder, or finds it again for the same config. */
async function claimFolder(config: OmniConfig, name: string): Promise<string> {
  const folder = resolve(config.run.folder, name);
  const file = join(folder, "config.yaml");
  const text = renderConfig(config);
  // Resolved anew, so that a default which came later does not make it another config.
  if (existsSync(file) && renderConfig((await loadConfig(file)).config) !== text) {
    throw new StoreError(`${folder}: holds an experiment of another config; choose another --run-id, or remove it`, {
      code: "other_experiment",
    });
  }
  if (existsSync(join(folder, "run.db"))) {
    throw new StoreError(`${folder}: is a run, not an experiment; choose another --run-id`, {
      code: "other_experiment",
    });
  }
  mkdirSync(join(folder, "runs"), { recursive: true });
  mkdirSync(join(folder, "checkpoints"), { recursive: true, mode: 0o700 });
  refuseNetworkFileSystem(folder);
  writeFileSync(file, text);
  return folder;
}

function greedyCaution({ eval: { temperature } }: OmniConfig): string[] {
  if (temperature > 0) return [];
  return ["evaluations are greedy (eval.temperature 0), so entropies are not those of sampled completions (eq. 11)"];
}

function writeReport(folder: string, report: ExperimentReport) {
  const paths = { reportHtml: join(folder, "report.html"), reportMarkdown: join(folder, "report.md") };
  writeFileSync(paths.reportHtml, experimentHtml(report));
  writeFileSync(paths.reportMarkdown, experimentMarkdown(report));
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(report, null, 2)}\n`);
  return paths;
}
