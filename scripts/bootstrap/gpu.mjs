import { readdirSync } from "node:fs";
import { capture } from "./run-command.mjs";

/** Whether this machine has an NVIDIA GPU that a driver sees. */
export async function hasNvidiaGpu() {
  try {
    if (readdirSync("/proc/driver/nvidia/gpus").length > 0) return true;
  } catch {
    // No driver there (or no /proc): ask nvidia-smi.
  }
  try {
    const { code, stdout } = await capture("nvidia-smi", ["nvidia-smi", "-L"]);
    return code === 0 && stdout.includes("GPU ");
  } catch {
    return false;
  }
}
