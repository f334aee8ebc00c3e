import type { OmniConfig } from "../config/index.js";
import { ConfigError } from "../core/index.js";
import type { Labs } from "./lab.js";
import { probeNodes } from "./plan-nodes.js";
import { type NodeResult, readNodes } from "./read-nodes.js";
import { type OnNode, runAll } from "./run-experiment.js";
import type { NodeEnd } from "./run-node.js";

/** What the probes came to, so far. */
export interface ProbeOutcome {
  readonly status: "finished" | "stopped";
  readonly nodes: Readonly<Record<string, NodeResult>>;
}

/** Called before anything runs. @throws ConfigError `too_few_tasks`: transfer is what tasks do to each other */
export function checkTransfer(config: OmniConfig): void {
  if (config.tasks.length > 1) return;
  const message = "tasks: transfer is what training one task does to another: give two tasks or more";
  throw new ConfigError(message, { code: "too_few_tasks" });
}

/**
 * θ0 and, for each seed, K single-task runs from it, every one evaluated on all K tasks: K² + K cells (method §4). What is
 * finished is not done again, cell by cell, so calling it anew resumes.
 */
export async function runProbes(labs: Labs, onNode: OnNode): Promise<ProbeOutcome> {
  const [{ config, nodesFolder }] = labs;
  const probes = probeNodes(config);
  const ended = await runAll(labs, probes, new Map<string, NodeEnd>(), { done: 0, total: probes.length }, onNode);
  return { status: ended ? "finished" : "stopped", nodes: readNodes(nodesFolder, probes) };
}
