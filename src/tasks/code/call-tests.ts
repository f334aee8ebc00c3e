import type { CodeTests } from "../../core/index.js";

const path = /^[A-Za-z_]\w*(\(\)\.[A-Za-z_]\w*|\.[A-Za-z_]\w*)*$/;

/**
 * Asserts that call a function of the program, e.g. `Solution().twoSum` or `add`: each input holds one JSON value a line,
 * an argument each; each output is JSON. Returns the reason when they hold no test.
 */
export function callTests(call: string, inputs: readonly string[], outputs: readonly string[]): CodeTests | string {
  if (!path.test(call)) return `call "${call}" is no function's name`;
  if (inputs.length !== outputs.length) return `${inputs.length} inputs but ${outputs.length} outputs`;
  if (inputs.length === 0) return "the tests are empty";
  const lines: string[] = [];
  for (const [at, input] of inputs.entries()) {
    const values = input.split("\n").filter((line) => line.trim() !== "");
    const broken = [...values, outputs[at] ?? ""].find((value) => !isJson(value));
    if (broken !== undefined) return `input or output ${at + 1} is not JSON`;
    const args = values.map((value) => `_json.loads(${JSON.stringify(value)})`).join(", ");
    lines.push(`assert ${call}(${args}) == _json.loads(${JSON.stringify(outputs[at])})`);
  }
  return { kind: "asserts", setup: "import json as _json", code: lines.join("\n") };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
