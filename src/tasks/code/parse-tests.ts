import { type CodeTests, DataError } from "../../core/index.js";
import { isRecord } from "../sources/index.js";

/** Tests in the sandbox's own form. Returns the reason when they hold no test; throws DataError for another shape. */
export function parseTests(value: Readonly<Record<string, unknown>>, origin: string): CodeTests | string {
  const { kind, mode, code, setup, cases } = value;
  if (kind === "stdio" && Array.isArray(cases)) {
    const parsed = cases.map((one: unknown) => parseCase(one, origin));
    return parsed.length === 0 ? "the tests are empty" : { kind, cases: parsed };
  }
  if (typeof code === "string" && kind === "unittest" && (mode === "module" || mode === "same_file")) {
    return code.trim() === "" ? "the tests are empty" : { kind, mode, code };
  }
  if (typeof code === "string" && kind === "asserts" && (setup === undefined || typeof setup === "string")) {
    return code.trim() === "" ? "the tests are empty" : { kind, code, ...(setup !== undefined && { setup }) };
  }
  throw wrongShape(origin);
}

function parseCase(value: unknown, origin: string): { readonly stdin: string; readonly stdout: string } {
  if (!isRecord(value) || typeof value.stdin !== "string" || typeof value.stdout !== "string") throw wrongShape(origin);
  return { stdin: value.stdin, stdout: value.stdout };
}

function wrongShape(origin: string): DataError {
  return new DataError(
    `${origin}: field "tests" is an object of unknown shape; use {kind: stdio, cases: [{stdin, stdout}]}, {kind: unittest, mode: module | same_file, code} or {kind: asserts, code, setup?}`,
    { code: "bad_mapping", details: { origin, field: "tests" } },
  );
}
