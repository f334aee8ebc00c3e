import type { Token } from "./tokens.js";

/**
 * How far an answer may be from a gold that is a decimal number: a share of the gold, or as far as rounding to the gold's digits
 * reaches. It is never applied to a gold that is a whole number, a fraction or an expression.
 */
export type Tolerance = { readonly relative: number } | "gold-digits";

/** A number written to so many digits. */
export interface Measured {
  readonly value: number;
  /** Value of one more in the last digit; of a whole number, in the last digit that is not 0. */
  readonly step: number;
  /** Whether it has a decimal point: only such a number is measured rather than counted. */
  readonly isDecimal: boolean;
}

/** Reads a sign, digits and, perhaps, `* 10^{k}`, and nothing else; undefined for anything else. */
export function measuredOf(tokens: readonly Token[]): Measured | undefined {
  const signed = /^[-+]$/.test(tokens[0]?.text ?? "") ? 1 : 0;
  const [number, ...rest] = tokens.slice(signed);
  const [, whole = "", point, exponent = "0"] = number === undefined ? [] : (NUMERAL.exec(number.text) ?? []);
  const behind = exponentOf(rest);
  if (number?.kind !== "number" || behind === undefined || whole + (point ?? "") === "") return undefined;
  const power = Number(exponent) + behind;
  const zeros = point === undefined ? (/0*$/.exec(whole.slice(1))?.[0].length ?? 0) : -point.length;
  const value = Number(`${whole || "0"}.${point ?? "0"}e${power}`);
  const step = Number(`1e${zeros + power}`);
  if (!Number.isFinite(value) || step === 0) return undefined;
  return { value: tokens[0]?.text === "-" ? -value : value, step, isDecimal: point !== undefined };
}

/** The one decimal number among tokens, with the sign and the currency before it and the unit behind it left away. */
export function measuredIn(tokens: readonly Token[]): Measured | undefined {
  const begin = tokens.findIndex(({ kind }) => kind === "number");
  const before = tokens
    .slice(Math.max(0, begin), tokens.length)
    .findIndex(({ kind, text }, i) => !isPart(kind, text, i));
  const end = begin < 0 || before < 0 ? tokens.length : begin + before;
  const sign = tokens.slice(0, Math.max(0, begin)).some(({ text }) => text === "-");
  const number = joined(tokens.slice(Math.max(0, begin), end));
  const measured = begin < 0 ? undefined : measuredOf(number);
  // Another number behind it, or a fraction before it: no number of its own.
  if (tokens.slice(end).some(({ kind, text }) => kind === "number" && !/^[23]$/.test(text))) return undefined;
  if (tokens.some(({ text }) => /^\\(?:frac|sqrt|overline|pm|ldots)$/.test(text))) return undefined;
  return measured && sign ? { ...measured, value: -measured.value } : measured;
}

function isPart(kind: Token["kind"], text: string, at: number): boolean {
  return kind === "number" || text === "," || (at > 0 && /^[*^{}-]$/.test(text));
}

/** `1,234.5` and `1 234.5` as one number. */
function joined(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (const token of tokens) {
    const last = out.at(-1);
    if (token.text === "," && last?.kind === "number") continue;
    if (token.kind === "number" && last?.kind === "number")
      out[out.length - 1] = { ...last, text: last.text + token.text };
    else out.push(token);
  }
  return out;
}

const NUMERAL = /^(\d{0,300})(?:\.(\d{1,300}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** The k of `* 10^{k}`, 0 where nothing stands. */
function exponentOf(tokens: readonly Token[]): number | undefined {
  if (tokens.length === 0) return 0;
  const [, power] = /^\*10\^\{(-?\d{1,3})\}$/.exec(tokens.map(({ text }) => text).join("")) ?? [];
  return power === undefined ? undefined : Number(power);
}

/** Whether a value, rounded, has the digits of a measured number; half a step is rounded away from 0. */
export function roundsTo(value: number, { value: written, step }: Measured): boolean {
  const gap = Math.sign(written || 1) * (value - written);
  const slack = 1e-9 * step + 4e-16 * Math.abs(written);
  return gap >= -step / 2 - slack && gap < step / 2 - slack;
}
