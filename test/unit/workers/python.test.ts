import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { serverPython } from "../../support/python.js";
import { opened, probe } from "./opened.js";

const module = fileURLToPath(new URL("../../fixtures/workers/handler.py", import.meta.url));
const kinds = { probe: { runtime: "python", module, python: serverPython } } as const;

test("a Python worker speaks the same protocol and fails in the same ways", async () => {
  const workers = await opened({ kinds, memoryMb: 200, deadlineMs: 30_000 });
  expect(await probe(workers, "language")).toEqual({ kind: "value", value: "cpython" });
  expect(await probe(workers, "throw")).toEqual({ kind: "failed", reason: "RecursionError: too deep" });
  expect(await probe(workers, "nan")).toMatchObject({ kind: "failed", reason: expect.stringContaining("ValueError") });
  const answers = await Promise.all([
    probe(workers, "hang", null, { deadlineMs: 400 }),
    ...Array.from({ length: 200 }, (_, index) => probe(workers, "double", index)),
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(["timed_out", ...Array(200).fill("value")]);
  expect(await probe(workers, "leak")).toMatchObject({ kind: "out_of_memory" });
  expect(await probe(workers, "crash")).toMatchObject({ kind: "masked" });
  expect(await probe(workers, "double", 4)).toEqual({ kind: "value", value: 8 });
  expect(workers.stats().dropped).toEqual({});
});
