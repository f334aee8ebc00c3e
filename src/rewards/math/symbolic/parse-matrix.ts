import type { Token } from "../tokens.js";
import type { AnswerNode } from "./answer-node.js";
import { call, type Expression, negate, number } from "./expression.js";
import { parseExpression } from "./parse-expression.js";
import { isEnclosed, splitOutside } from "./split.js";

/** Most entries, and most rows of a determinant that is developed. */
const MAX_ENTRIES = 400;
const MAX_DETERMINANT = 4;

type Rows = readonly (readonly AnswerNode[])[];

/**
 * `\begin{pmatrix} … \end{pmatrix}` with a factor before it or `^T` behind; a determinant becomes its number. An `array` may
 * name its columns; one column of `cases` is a list.
 */
export function parseMatrix(
  tokens: readonly Token[],
  cell: (tokens: readonly Token[]) => AnswerNode,
): AnswerNode | undefined {
  const begin = tokens.findIndex(({ text }) => text === "\\begin");
  if (begin < 0) return undefined;
  const bars = tokens[begin - 1]?.text === "|" && tokens.at(-1)?.text === "|";
  const tail = tokens
    .slice(-4)
    .map(({ text }) => text)
    .join("");
  const transposed = /^\^\{(T|\\top)\}$/.test(tail);
  const body = tokens.slice(begin, bars ? -1 : transposed ? -4 : undefined);
  const environment = body[2]?.text ?? "";
  const rows = rowsOf(body, environment, cell);
  const factor = factorOf(tokens.slice(0, bars ? begin - 1 : begin));
  if (rows === undefined || factor === undefined) return undefined;
  const bare = begin === 0 && !transposed;
  if (environment === "cases") {
    return bare && rows[0]?.length === 1 ? { kind: "group", open: "", close: "", items: rows.flat() } : undefined;
  }
  if (bars || environment === "vmatrix") {
    const value = transposed ? undefined : determinant(rows);
    if (value !== undefined) return { kind: "value", expression: call("Multiply", factor, value), unit: "" };
    return bare ? { kind: "matrix", rows, determinant: true } : undefined;
  }
  const turned = transposed ? (rows[0] ?? []).map((_, column) => rows.flatMap((row) => row[column] ?? [])) : rows;
  const scaled = begin === 0 ? turned : timesEach(factor, turned);
  return scaled === undefined ? undefined : { kind: "matrix", rows: scaled, determinant: false };
}

function rowsOf(
  body: readonly Token[],
  environment: string,
  cell: (tokens: readonly Token[]) => AnswerNode,
): Rows | undefined {
  if (!isEnclosed(body.slice(0, -3)) || !/^([pbBvV]?matrix|smallmatrix|array|cases)$/.test(environment))
    return undefined;
  const end = body.findLastIndex((token) => token.text === "\\end");
  const columns = environment === "array" && body[4]?.text === "{";
  const begin = columns ? body.findIndex((token, i) => i > 4 && token.text === "}") + 1 : 4;
  const cells = body.slice(begin, end).filter((token) => token.text !== "\\hline");
  const rows = splitOutside(cells, (token) => token.text === "\\\\")?.filter((row) => row.tokens.length > 0);
  if (rows === undefined || rows.length > MAX_ENTRIES) return undefined;
  const parsed = rows.map((row) =>
    (splitOutside(row.tokens, ({ text }) => text === "&") ?? []).map((one) => cell(one.tokens)),
  );
  const width = parsed[0]?.length ?? 0;
  const isFull = width > 0 && width * parsed.length <= MAX_ENTRIES && parsed.every((row) => row.length === width);
  return isFull ? parsed : undefined;
}

/** The number before a matrix: nothing, a sign, or an expression with or without a sign of multiplication. */
function factorOf(tokens: readonly Token[]): Expression | undefined {
  const last = tokens.at(-1)?.text;
  if (tokens.length === 0 || (tokens.length === 1 && last === "+")) return number(1n);
  if (tokens.length === 1 && last === "-") return number(-1n);
  return parseExpression(last === "*" ? tokens.slice(0, -1) : tokens);
}

function timesEach(factor: Expression, rows: Rows): Rows | undefined {
  const known = expressions(rows);
  return known?.map((row) =>
    row.map((entry) => ({ kind: "value", expression: call("Multiply", factor, entry), unit: "" })),
  );
}

function expressions(rows: Rows): readonly (readonly Expression[])[] | undefined {
  const found = rows.map((row) =>
    row.flatMap((entry) => (entry.kind === "value" && entry.unit === "" ? [entry.expression] : [])),
  );
  return found.every((row, i) => row.length === rows[i]?.length) ? found : undefined;
}

/** Developed along the first row; undefined when it is not square, has more than 4 rows, or entries that are no expressions. */
function determinant(rows: Rows): Expression | undefined {
  const known = expressions(rows);
  return known === undefined || known.length > MAX_DETERMINANT || known[0]?.length !== known.length
    ? undefined
    : developed(known);
}

function developed(rows: readonly (readonly Expression[])[]): Expression {
  const [first = [], ...rest] = rows;
  if (rest.length === 0) return first[0] ?? number(1n);
  return first
    .map((entry, column) => {
      const minor = developed(rest.map((row) => row.filter((_, at) => at !== column)));
      return call("Multiply", column % 2 === 0 ? entry : negate(entry), minor);
    })
    .reduce((sum, term) => call("Add", sum, term));
}
