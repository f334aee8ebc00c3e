import type { SandboxConfig } from "../../../config/index.js";
import type { Sandbox } from "../../../sandbox/sandbox.js";
import { abortOnInterrupt } from "../../interrupt.js";
import { type Cli, say } from "../../io.js";

/** Opens a sandbox for one command and closes it; an interrupt aborts the signal. */
export async function withSandbox(
  cli: Cli,
  config: Partial<SandboxConfig> & Pick<SandboxConfig, "concurrency" | "kind">,
  work: (sandbox: Sandbox, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { openSandbox } = await import("../../../compose/index.js");
  const { signal, end } = abortOnInterrupt(cli);
  try {
    const sandbox = await openSandbox({ ...config, signal, notice: (line) => say(cli, line) });
    try {
      await work(sandbox, signal);
    } finally {
      await sandbox.close();
    }
  } finally {
    end();
  }
}
