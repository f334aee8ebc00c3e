import type { Head } from "./expression.js";

/** Names that are one symbol, with or without a backslash. */
export const GREEK: ReadonlySet<string> = new Set(
  (
    "pi alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho sigma tau " +
    "phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell hbar"
  ).split(" "),
);

/** The function that a name calls: a head, or a function that is written as others. */
export type FunctionName = Head | "Cis" | "Cbrt";

const FUNCTIONS: ReadonlyMap<string, FunctionName> = new Map(
  Object.entries({
    sin: "Sin",
    cos: "Cos",
    tan: "Tan",
    tg: "Tan",
    cot: "Cot",
    sec: "Sec",
    csc: "Csc",
    arcsin: "Arcsin",
    asin: "Arcsin",
    arccos: "Arccos",
    acos: "Arccos",
    arctan: "Arctan",
    atan: "Arctan",
    sinh: "Sinh",
    cosh: "Cosh",
    tanh: "Tanh",
    ln: "Ln",
    log: "Log",
    lg: "Log",
    exp: "Power",
    sqrt: "Root",
    cbrt: "Cbrt",
    cis: "Cis",
    abs: "Abs",
    Abs: "Abs",
    factorial: "Factorial",
    binomial: "Binomial",
    floor: "Floor",
    ceil: "Ceil",
    ceiling: "Ceil",
    gcd: "Gcd",
    lcm: "Lcm",
    max: "Max",
    min: "Min",
  } satisfies Record<string, FunctionName>),
);

/** The meaning of a function's name; `exp` is a power of e, `sqrt` a root of degree 2, `cis` cos + i sin. */
export function functionOf(name: string): FunctionName | undefined {
  return FUNCTIONS.get(name);
}
