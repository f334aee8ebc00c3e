import type { OmniConfig } from "../config/index.js";

/** A lab makes its own orders, so one that is still to be solved needs no file; settings of stages hold there too. */
export function settledAside(config: OmniConfig): OmniConfig {
  const { schedule, tasks } = config;
  if (schedule.kind !== "curriculum" || schedule.order !== "auto") return config;
  const { stages } = schedule;
  const order = tasks.map(({ id }) => id);
  return { ...config, schedule: { kind: "curriculum", order, ...(stages === undefined ? {} : { stages }) } };
}
