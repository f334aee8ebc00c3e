import { type Measured, roundsTo, type Tolerance } from "./measured.js";
import type { Quantity } from "./quantity.js";
import { sameDimension, unitScale } from "./units.js";

/** A gold with a tolerance: its digits, and what of them an answer may miss. */
export interface Tolerated {
  readonly measured: Measured;
  readonly tolerance: Tolerance;
}

/** A gold's number with a tolerance; undefined where there is none, or none for such a gold. */
export function tolerated(measured: Measured | undefined, tolerance: Tolerance | undefined): Tolerated | undefined {
  return measured?.isDecimal && tolerance !== undefined ? { measured, tolerance } : undefined;
}

/** A value with its unit, "" for none. */
interface Valued {
  readonly value: number;
  readonly unit: string;
}

/** Whether a value is near enough to the gold; units as for exact numbers: left out by one side, or converted. */
export function isWithin(answer: Valued, unit: string, gold: Tolerated): boolean {
  const near = (value: number) => isNear(value, gold);
  if (answer.unit === unit) return near(answer.value);
  const [own, other] = [unitScale(answer.unit), unitScale(unit)];
  const factor =
    (Number(own?.num ?? 1n) * Number(other?.den ?? 1n)) / (Number(own?.den ?? 1n) * Number(other?.num ?? 1n));
  if (answer.unit === "" || unit === "") {
    if ((own ?? other)?.dimension !== "share") return near(answer.value);
    const bare = answer.unit === "" ? answer.value : gold.measured.value;
    return (Math.abs(bare) >= 1 && near(answer.value)) || near(answer.value * factor);
  }
  const same = own !== undefined && other !== undefined && sameDimension(own.dimension, other.dimension);
  return same && own.dimension !== "angle" && near(answer.value * factor);
}

function isNear(value: number, { measured, tolerance }: Tolerated): boolean {
  if (tolerance === "gold-digits") return roundsTo(value, measured);
  return Math.abs(value - measured.value) <= tolerance.relative * Math.abs(measured.value) * (1 + 1e-12);
}

/** {@link isWithin} of numbers as they are read in process; assigned to different symbols they are never near. */
export function isQuantityWithin(answer: Quantity, truth: Quantity, gold: Tolerated): boolean {
  if (answer.symbol !== truth.symbol && answer.symbol !== "" && truth.symbol !== "") return false;
  return isWithin({ value: Number(answer.num) / Number(answer.den), unit: answer.unit }, truth.unit, gold);
}
