import type { Command } from "commander";
import { ConfigError } from "../../core/index.js";
import { wholeNumber, withJson } from "../flags.js";
import { abortOnInterrupt } from "../interrupt.js";
import { answer, type Cli, say } from "../io.js";

interface WorkerFlags {
  readonly connect?: string;
  readonly keyFile?: string;
  readonly slots: number;
  readonly memoryMb: number;
}

/** `omni worker` */
export function addWorker(program: Command, cli: Cli): void {
  const command = program
    .command("worker")
    .description("verify answers for a control plane on another host, until Ctrl-C or SIGTERM")
    .option("--connect <address>", "where the control plane listens: tcp://HOST:PORT")
    .option("--key-file <file>", "this worker's keys; required for tcp://")
    .option("--slots <n>", "jobs at a time, a process each", wholeNumber(1, 256), 1)
    .option("--memory-mb <n>", "most memory of one process", wholeNumber(128, 1_000_000), 512)
    .addHelpText("after", help)
    .action((flags: WorkerFlags) => serve(cli, flags));
  withJson(command);
  addKeygen(command, cli);
}

const help = `
A config lets workers in with workers.listen and workers.serverKeyFile. A lost control plane is waited for, a lost
worker's jobs are done again by others.

Examples:
  $ omni worker keygen --server server.key --worker worker1.key
  $ omni worker --connect tcp://trainer:7700 --key-file worker1.key --slots 4`;

function addKeygen(worker: Command, cli: Cli): void {
  const command = worker
    .command("keygen")
    .description("make a worker's key file, and let it in at the control plane's, made too where it is missing")
    .requiredOption("--server <file>", "key file of the control plane: workers.serverKeyFile")
    .requiredOption("--worker <file>", "new key file for one worker or host: omni worker --key-file")
    .addHelpText("after", "\nBoth hold a secret key and are readable by their owner only (0600).")
    .action(async (files: { server: string; worker: string }) => {
      const { makeWorkerKeys } = await import("../../compose/index.js");
      const fresh = await makeWorkerKeys(files);
      const did = fresh ? "written" : "now lets that worker in";
      answer(cli, { ...files, fresh }, () => `${files.worker} written\n${files.server} ${did}`);
    });
  withJson(command);
}

async function serve(cli: Cli, { connect, keyFile, slots, memoryMb }: WorkerFlags): Promise<void> {
  // Not a required option to commander, which would ask it of keygen too.
  if (connect === undefined) throw new ConfigError("--connect ADDRESS is missing; see: omni worker --help");
  const { serveWorker } = await import("../../compose/index.js");
  const { signal, end } = abortOnInterrupt(cli);
  try {
    const notice = (line: string) => say(cli, line);
    const keys = keyFile === undefined ? {} : { keyFile };
    await serveWorker({ address: connect, ...keys, slots, memoryMb, signal, notice });
    if (cli.json) answer(cli, { ended: true }, () => "");
  } finally {
    end();
  }
}
