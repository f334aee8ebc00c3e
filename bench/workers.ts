/**
 * Jobs a second through the verify workers on loopback, beside forked Node children over their own channel, in one run.
 * Then 10,000 jobs while workers are killed at random, and how long a job that spins takes to be answered.
 * Prints one JSON line; the argument is how many jobs are measured (default 20000).
 */
import { fork } from "node:child_process";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { type OpenedWorkers, openZmqWorkers } from "../src/workers/index.js";

const count = Number(process.argv[2] ?? 20_000);
const local = 2;
const echo = new URL("./workers/echo.js", import.meta.url);
const round = (value: number) => Number(value.toPrecision(3));

function open(deadlineMs: number): Promise<OpenedWorkers> {
  const kinds = { echo: { runtime: "node", module: echo.href } } as const;
  return openZmqWorkers({ kinds, local, memoryMb: 512, deadlineMs });
}

const job = (input: number | string) => ({ kind: "echo", input, read: Number });

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function throughput() {
  const workers = await open(60_000);
  await Promise.all(Array.from({ length: 500 }, (_, index) => workers.run(job(index))));
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const window = 256;
  let next = 0;
  const asker = async () => {
    for (let index = next++; index < count; index = next++) await workers.run(job(index));
  };
  const tookS = await seconds(() => Promise.all(Array.from({ length: window }, asker)));
  lag.disable();
  const single: number[] = [];
  for (let index = 0; index < 2000; index++) single.push((await seconds(() => workers.run(job(index)))) * 1000);
  single.sort((a, b) => a - b);
  await workers.close();
  return {
    perS: count / tookS,
    roundTripMs: single[1000] ?? 0,
    lagP99Ms: lag.percentile(99) / 1e6,
    lagMaxMs: lag.max / 1e6,
  };
}

/** The same jobs and window over `fork`'s channel, dealt in turn. */
async function forked(): Promise<number> {
  const children = Array.from({ length: local }, () => fork(fileURLToPath(echo)));
  const waiting = new Map<number, () => void>();
  for (const child of children) {
    child.on("message", ({ id }: { id: number }) => {
      waiting.get(id)?.();
      waiting.delete(id);
    });
  }
  const run = (id: number) =>
    new Promise<void>((resolve) => {
      waiting.set(id, resolve);
      children[id % local]?.send({ id, input: id });
    });
  await Promise.all(Array.from({ length: 500 }, (_, index) => run(index)));
  let next = 500;
  const asker = async () => {
    for (let id = next++; id < count + 500; id = next++) await run(id);
  };
  const tookS = await seconds(() => Promise.all(Array.from({ length: 256 }, asker)));
  for (const child of children) child.kill("SIGKILL");
  return count / tookS;
}

async function underKills() {
  const workers = await open(60_000);
  const jobs = 10_000;
  const answers = new Map<number, number>();
  let next = 0;
  const asker = async () => {
    for (let index = next++; index < jobs; index = next++) {
      const outcome = await workers.run(job(index));
      const right = outcome.kind === "value" && outcome.value === index;
      if (right) answers.set(index, (answers.get(index) ?? 0) + 1);
    }
  };
  const killing = setInterval(() => {
    const pids = workers.pids();
    const pid = pids[Math.floor(Math.random() * pids.length)];
    if (pid !== undefined && pid > 0) process.kill(pid, "SIGKILL");
  }, 150);
  const tookS = await seconds(() => Promise.all(Array.from({ length: 64 }, asker)));
  clearInterval(killing);
  const { deaths, retried, quarantined, outcomes } = workers.stats();
  await workers.close();
  const once = [...answers.values()].filter((times) => times === 1).length;
  return { jobs, rightOnce: once, masked: outcomes.masked, deaths, retried, quarantined, tookS: round(tookS) };
}

async function spinning() {
  const workers = await open(1_500);
  await workers.run(job(1));
  const took: number[] = [];
  for (let times = 0; times < 4; times++) took.push((await seconds(() => workers.run(job("spin")))) * 1000);
  const next = (await seconds(() => workers.run(job(1)))) * 1000;
  await workers.close();
  return { deadlineMs: 1_500, maxMs: Math.round(Math.max(...took)), nextJobMs: round(next) };
}

const { perS, roundTripMs, lagP99Ms, lagMaxMs } = await throughput();
const forkedPerS = await forked();
console.log(
  JSON.stringify({
    jobs: count,
    workers: local,
    perS: Math.round(perS),
    forkedPerS: Math.round(forkedPerS),
    toForked: round(perS / forkedPerS),
    roundTripMs: round(roundTripMs),
    eventLoopLagMs: { p99: round(lagP99Ms), max: round(lagMaxMs) },
    underKills: await underKills(),
    spinning: await spinning(),
  }),
);
