/**
 * Submissions a second of each sandbox adapter at two at a time, beside a one-shot container a submission by the `docker`
 * command, in the same run. The first argument is how many submissions each gets (default 40).
 * Prints one JSON line: rates, and the ratios of the Docker adapter and of the embedded one to the one-shot containers.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { checkDocker, openSandbox, pythonImage, type Sandbox, type Submission } from "../src/sandbox/index.js";

const count = Number(process.argv[2] ?? 40);
const concurrency = 2;

function submission(index: number): Submission {
  const tests = { kind: "stdio", cases: [{ stdin: `${index} 1\n`, stdout: `${index + 1}\n` }] } as const;
  return { id: String(index), language: "python", code: "a, b = map(int, input().split())\nprint(a + b)", tests };
}

const round = (value: number) => Number(value.toPrecision(3));

async function rate(work: (index: number) => Promise<boolean>): Promise<number> {
  const began = performance.now();
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      if (!(await work(index))) throw new Error(`submission ${index} did not pass`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return count / ((performance.now() - began) / 1000);
}

async function adapterRate(sandbox: Sandbox): Promise<number> {
  try {
    await sandbox.run(submission(0));
    return await rate(async (index) => (await sandbox.run(submission(index))).verdict === "passed");
  } finally {
    await sandbox.close();
  }
}

async function oneShot(index: number): Promise<boolean> {
  const { code } = submission(index);
  const limits = ["--network", "none", "--memory", "288m", "--pids-limit", "64", "--read-only", "--cap-drop", "ALL"];
  const args = ["run", "--rm", "-i", ...limits, pythonImage, "python3", "-c", code];
  const child = spawn("docker", args, { stdio: ["pipe", "pipe", "ignore"] });
  let out = "";
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stdin.end(`${index} 1\n`);
  await once(child, "close");
  return out === `${index + 1}\n`;
}

const docker = (await checkDocker()).ok;
const embeddedPerS = await adapterRate(await openSandbox({ kind: "embedded", concurrency }));
const dockerPerS = docker ? await adapterRate(await openSandbox({ kind: "docker", concurrency })) : null;
const oneShotPerS = docker ? await rate(oneShot) : null;
const ratio = (rateS: number | null) => (rateS === null || oneShotPerS === null ? null : round(rateS / oneShotPerS));
console.log(
  JSON.stringify({
    submissions: count,
    concurrency,
    dockerPerS: dockerPerS === null ? null : round(dockerPerS),
    embeddedPerS: round(embeddedPerS),
    oneShotDockerPerS: oneShotPerS === null ? null : round(oneShotPerS),
    dockerToOneShot: ratio(dockerPerS),
    embeddedToOneShot: ratio(embeddedPerS),
  }),
);
