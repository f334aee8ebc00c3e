import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const COUNT = 100_000;
/** Megabytes of heap; what flows through is some three times as much, so what is kept of it would end the process. */
const HEAP_MB = 32;

function* responses() {
  const think = "Let me see. ".repeat(80);
  for (let id = 0; id < COUNT; id++) {
    const response = `<think>${think}</think><answer>${id}</answer>`;
    yield `${JSON.stringify({ id, response, answer: String(id % 2 === 0 ? id : id + 1) })}\n`;
  }
}

it("omni reward scores 100,000 lines from stdin in the memory that a few take", async () => {
  const argv = [`--max-old-space-size=${HEAP_MB}`, main, "reward", "math", "--input", "-", "--json"];
  const child = spawn(process.execPath, argv, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "close");
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const feeding = pipeline(Readable.from(responses()), child.stdin);
  let read = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, components } = JSON.parse(line) as { id: number; components: { math: { value: number } } };
    if (id !== read || components.math.value !== (id + 1) % 2) throw new Error(`line ${read} is ${line}`);
    read += 1;
  }
  await feeding;
  const [code] = await ended;
  expect({ code, read, last: stderr.trimEnd().split("\n").at(-1) }).toEqual({
    code: 0,
    read: COUNT,
    last: "100000 lines",
  });
});
