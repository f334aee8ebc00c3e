#!/usr/bin/env node
import { runCli } from "./cli.js";
import { exitCodes } from "./exit-code.js";

let heard = true;
// A reader that went away (omni … | head) is no failure; a run goes on without its audience.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (stream === process.stdout) heard = false;
  });
}

/** Ctrl-C this often ends the process without waiting for anybody. */
const patience = 3;
let interrupts = 0;

function onInterrupt(listener: () => void): () => void {
  const heard = () => {
    interrupts += 1;
    if (interrupts >= patience) process.exit(exitCodes.resumable);
    listener();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, heard);
  return () => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(name, heard);
  };
}

process.exitCode = await runCli(process.argv.slice(2), {
  stdin: () => process.stdin,
  stdout: process.stdout,
  isHeard: () => heard,
  stderr: process.stderr,
  env: process.env,
  onInterrupt,
});
