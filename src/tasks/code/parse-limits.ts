import type { CodeLimits } from "../../core/index.js";
import { isRecord } from "../sources/index.js";

const names: Readonly<Record<string, keyof CodeLimits>> = {
  wall_s: "wallS",
  cpu_s: "cpuS",
  memory_mb: "memoryMb",
  pids: "pids",
  disk_mb: "diskMb",
  output_mb: "outputMb",
};

/** The limits of a line (design contract 3) under our names, or what is wrong with them; ranges are the sandbox's matter. */
export function parseLimits(given: unknown): CodeLimits | string {
  if (given === undefined || given === null) return {};
  if (!isRecord(given)) return 'field "limits" must be an object';
  const unknown = Object.keys(given).filter((name) => names[name] === undefined);
  if (unknown.length > 0) {
    const told = unknown.map((name) => `"${name}"`).join(", ");
    return `unknown limit${unknown.length > 1 ? "s" : ""} ${told}; use ${Object.keys(names).join(", ")}`;
  }
  const limits: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const known = names[name];
    if (known !== undefined && value !== null) limits[known] = value;
  }
  return limits;
}
