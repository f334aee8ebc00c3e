import type { Command } from "commander";
import type { Cli } from "../../io.js";
import { addBench } from "./bench.js";
import { addBuild } from "./build.js";
import { addPrune, addPs } from "./containers.js";
import { addPackages } from "./packages.js";
import { addRun } from "./run.js";
import { addSelfCheck } from "./self-check.js";

/** `omni sandbox …` */
export function addSandbox(program: Command, cli: Cli): void {
  const sandbox = program
    .command("sandbox")
    .description("run programs in sandboxes, look after their containers and images")
    .addHelpText("after", examples);
  for (const add of [addRun, addPackages, addSelfCheck, addBench, addPs, addPrune, addBuild]) add(sandbox, cli);
}

const examples = `
Examples:
  $ omni sandbox build python                      make the image that programs run in
  $ omni sandbox run --input programs.jsonl        run programs against their tests
  $ omni sandbox packages --image python-science   what programs can import there
  $ omni sandbox self-check                        what this host's Docker does not contain
  $ omni sandbox bench --count 20000               programs a second here, and whether memory stays flat
  $ omni sandbox ps                                containers of every sandbox on this machine`;
