import type { Token } from "../tokens.js";
import { isProperNumber } from "./complex.js";
import { type Expression, variables } from "./expression.js";
import { valueAt } from "./sample.js";

/** A number written to so many digits. */
export interface Measured {
  readonly value: number;
  /** What one more in the last digit is worth; of a whole number, in the last digit that is not 0. */
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

const NUMERAL = /^(\d{0,300})(?:\.(\d{1,300}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** The k of `* 10^{k}`, 0 where nothing stands. */
function exponentOf(tokens: readonly Token[]): number | undefined {
  if (tokens.length === 0) return 0;
  const [, power] = /^\*10\^\{(-?\d{1,3})\}$/.exec(tokens.map(({ text }) => text).join("")) ?? [];
  return power === undefined ? undefined : Number(power);
}

/** A real constant in double precision; undefined for anything else. */
export function constantOf(expression: Expression): number | undefined {
  if (variables(expression).size > 0) return undefined;
  const value = valueAt(expression, new Map());
  return isProperNumber(value) && Math.abs(value.im) < 1e-12 ? value.re : undefined;
}

/** Whether a value, rounded, has the digits of a measured number; half a step is rounded away from 0. */
export function roundsTo(value: number, { value: written, step }: Measured): boolean {
  const gap = Math.sign(written || 1) * (value - written);
  const slack = 1e-9 * step + 4e-16 * Math.abs(written);
  return gap >= -step / 2 - slack && gap < step / 2 - slack;
}
