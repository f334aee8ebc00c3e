import type { OmniConfig } from "../config/index.js";
import { ConfigError, randomStream } from "../core/index.js";
import { maxSubsetTasks, type TransferTable } from "../schedule/index.js";
import { experimentOf, taskIds } from "./plan-nodes.js";
import { permutations, rankedOrders, worstOrder } from "./transfer.js";

/** An order that is run and why. */
export interface ChosenOrder {
  readonly order: readonly string[];
  readonly why: "best" | "worst" | "listed" | "random" | "all";
}

/** Beyond this, K! orders are too many to run or to show. */
export const mostTasksForAll = 6;

/**
 * The orders that the experiment asks for, each once: best and worst by the transfer measured on validation, listed ones,
 * then seeded random ones, then all others.
 * @throws ConfigError `too_many_tasks` for all orders of more than six tasks, best and worst of more than 24
 */
export function chooseOrders(config: OmniConfig, transfer: TransferTable): readonly ChosenOrder[] {
  const { orders } = experimentOf(config);
  const tasks = taskIds(config);
  checkSize(config);
  const chosen = new Map<string, ChosenOrder>();
  const add = (order: readonly string[] | undefined, why: ChosenOrder["why"]) => {
    if (order !== undefined && !chosen.has(order.join("\n"))) chosen.set(order.join("\n"), { order, why });
  };
  if (orders.best) add(rankedOrders(transfer, 1)[0]?.order, "best");
  if (orders.worst) add(worstOrder(transfer), "worst");
  for (const order of orders.list) add(order, "listed");
  const stream = randomStream(config.seed, "experiment", "orders");
  const wanted = Math.min(chosen.size + orders.random, factorial(tasks.length));
  while (chosen.size < wanted) add(stream.shuffle(tasks), "random");
  if (orders.all) for (const order of permutations(tasks)) add(order, "all");
  return [...chosen.values()];
}

/** Called before anything runs as well, since it hangs on the config alone. */
export function checkSize(config: OmniConfig): void {
  const { orders } = experimentOf(config);
  const count = config.tasks.length;
  const fail = (what: string, most: number) => {
    const message = `experiment.orders: ${what} is for at most ${most} tasks, there are ${count}; name orders in list`;
    throw new ConfigError(message, { code: "too_many_tasks" });
  };
  if (orders.all && count > mostTasksForAll) fail("all", mostTasksForAll);
  if ((orders.best || orders.worst) && count > maxSubsetTasks) fail("best or worst", maxSubsetTasks);
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
