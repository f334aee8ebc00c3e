import type { ScoredLine } from "../compose/index.js";
import type { Gold, WeightedComponent } from "../core/index.js";
import { oneLine, stripControl } from "../telemetry/index.js";

type Scored = Extract<ScoredLine, { readonly ok: true }>;

/** A scored line in one line: `id  total 1.1  math 1  format 1`. */
export function shortLine({ line, record }: Scored): string {
  const parts = Object.entries(record.components).map(([name, { value }]) => `${name} ${number(value)}`);
  return stripped(`${line.id}  total ${number(record.total)}  ${parts.join("  ")}`);
}

/** A scored line for people: what was answered, what is right, each component's value, weight and reason, the sum. */
export function explained({ line, record }: Scored, family: string): string {
  const components = Object.entries(record.components);
  const sum = components
    .filter(([, { value }]) => value !== null)
    .map(([, { value, weight }]) => `${number(weight)}·${number(value)}`);
  const total =
    record.total === null ? "undefined: left out of an update" : `${number(record.total)} = ${sum.join(" + ")}`;
  return [
    stripped(`${line.id}  total ${total}`),
    `  response   ${excerpt(line.response)}`,
    ...goldLines(line.item.gold),
    ...components.flatMap(([name, component]) => componentLines(name, component, name === family)),
    "",
  ].join("\n");
}

function componentLines(name: string, { value, weight, reason, details }: WeightedComponent, primary: boolean) {
  const why = reason === undefined ? "" : `  ${oneLine(reason)}`;
  const facts = Object.entries(details ?? {}).filter(([, fact]) => fact !== null && fact !== "");
  return [
    `  ${`${oneLine(name)}${primary ? " ★" : ""}`.padEnd(10)} ${number(value)} (weight ${number(weight)})${why}`,
    ...facts.map(([key, fact]) => `    ${key}: ${excerpt(typeof fact === "string" ? fact : JSON.stringify(fact))}`),
  ];
}

function goldLines(gold: Gold): string[] {
  switch (gold.kind) {
    case "math":
      return [`  right      ${excerpt(gold.answer)}`];
    case "qa":
      return [`  right      ${excerpt(gold.answers.join(" | "))}`];
    case "code":
      return [`  tests      ${gold.tests.kind}`];
    case "writing":
      return [`  reference  ${excerpt(gold.reference)}`];
    default:
      return [];
  }
}

const number = (value: number | null) => (value === null ? "undefined" : String(Number(value.toFixed(6))));

function excerpt(text: string): string {
  const line = oneLine(stripControl(text.slice(0, 2000)));
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

const stripped = (text: string) => stripControl(text).replaceAll("\n", " ");
