import type { OmniConfig } from "../config/index.js";
import { ConfigError, randomStream } from "../core/index.js";
import { experimentOf, taskIds } from "./plan-nodes.js";
import { permutations, rankedOrders, type Transfer } from "./transfer.js";

/** An order that is run and why. */
export interface ChosenOrder {
  readonly order: readonly string[];
  readonly why: "best" | "worst" | "listed" | "random" | "all";
}

const mostTasks = 6;

/**
 * The orders that the experiment asks for, each once: best and worst by the transfer measured on validation, listed ones,
 * then seeded random ones.
 * @throws ConfigError `too_many_orders` for `all`, best or worst over more than six tasks
 */
export function chooseOrders(config: OmniConfig, transfer: Transfer): readonly ChosenOrder[] {
  const { orders } = experimentOf(config);
  const tasks = taskIds(config);
  if (tasks.length > mostTasks && (orders.all || orders.best || orders.worst)) {
    const message = `experiment.orders: all, best and worst go through every order, too many for ${tasks.length} tasks; name orders in list`;
    throw new ConfigError(message, { code: "too_many_orders" });
  }
  const chosen = new Map<string, ChosenOrder>();
  const add = (order: readonly string[] | undefined, why: ChosenOrder["why"]) => {
    if (order !== undefined && !chosen.has(order.join("\n"))) chosen.set(order.join("\n"), { order, why });
  };
  const ranked = orders.best || orders.worst || orders.all ? rankedOrders(transfer) : [];
  if (orders.best) add(ranked[0]?.order, "best");
  if (orders.worst) add(ranked.at(-1)?.order, "worst");
  for (const order of orders.list) add(order, "listed");
  const stream = randomStream(config.seed, "experiment", "orders");
  const drawn = tasks.length <= mostTasks ? stream.shuffle(permutations(tasks)) : [];
  const wanted = Math.min(drawn.length, chosen.size + orders.random);
  for (const order of drawn) if (chosen.size < wanted) add(order, "random");
  if (orders.all) for (const { order } of ranked) add(order, "all");
  return [...chosen.values()];
}
