import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { watchMemory } from "../../../src/compose/memory-watch.js";

it("counts what grandchildren hold, and remembers the peak after they have ended", async () => {
  const watch = watchMemory(10);
  const before = watch.peakBytes() ?? 0;
  const holding = "const held = Buffer.alloc(150e6, 1); console.log(held.length); setInterval(() => held, 1e3)";
  const child = spawn("sh", ["-c", `"$0" -e "$1"; true`, process.execPath, holding], { detached: true });
  try {
    await once(child.stdout, "data");
    expect(watch.peakBytes()).toBeGreaterThan(before + 150e6);
  } finally {
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await once(child, "exit");
  }
  expect(watch.peakBytes()).toBeGreaterThan(before + 150e6);
  watch.close();
});
