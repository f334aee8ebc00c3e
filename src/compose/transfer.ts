import { join } from "node:path";
import type { OmniConfig } from "../config/index.js";
import {
  checkTransfer,
  type Fingerprints,
  fingerprintsOf,
  type ProbeOutcome,
  runProbes,
  type TransferDocument,
  transferDocument,
} from "../experiment/index.js";
import { writeWhole } from "../store/index.js";
import { inLab, type LabOptions } from "./lab.js";

/** What a transfer run tells at its end. */
export interface TransferSummary {
  readonly folder: string;
  readonly status: "finished" | "stopped";
  /** Path of the transfer file; absent while cells are missing. */
  readonly file?: string;
  readonly document?: TransferDocument;
  /** What it cost, all runs together. */
  readonly cost: {
    readonly runs: number;
    readonly steps: number;
    readonly seconds: number;
    readonly generatedTokens: number;
  };
}

/**
 * Measures transfer: one single-task run a task (and seed) from one starting point, K² + K evaluations, then writes
 * transfer.json. The same call again resumes, and gives the same matrix as one that was never stopped.
 * @throws ConfigError `too_few_tasks`; StoreError `other_config`; DataError `nothing_measured`
 */
export async function transferRun(options: LabOptions): Promise<TransferSummary> {
  checkTransfer(options.config);
  return inLab(options, options.config, async (labs, { folder }) => {
    // Before the probes: data that changes under a run of hours must not pass for what was measured.
    const made = await fingerprintsOf(options.config);
    const { status, nodes } = await runProbes(labs, options.onNode ?? (() => undefined));
    const all = Object.values(nodes);
    const sum = (of: (node: (typeof all)[number]) => number) => all.reduce((total, node) => total + of(node), 0);
    const cost = {
      runs: all.length,
      steps: sum((node) => node.steps),
      seconds: sum((node) => node.wallSeconds),
      generatedTokens: sum((node) => node.generatedTokens),
    };
    if (status === "stopped") return { folder, status, cost };
    return { folder, status, cost, ...writeTransfer(folder, options.config, labs[0].nodesFolder, nodes, made) };
  });
}

/** Writes transfer.json of finished probes. @throws DataError `nothing_measured` */
export function writeTransfer(
  folder: string,
  config: OmniConfig,
  nodesFolder: string,
  nodes: ProbeOutcome["nodes"],
  made: Fingerprints,
): { readonly file: string; readonly document: TransferDocument } {
  const document = transferDocument(config, nodesFolder, nodes, made);
  const file = join(folder, "transfer.json");
  writeWhole(file, `${JSON.stringify(document, null, 2)}\n`);
  return { file, document };
}
