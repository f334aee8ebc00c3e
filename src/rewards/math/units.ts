import type { Token } from "./tokens.js";

// One line a unit: its canonical name first. A trailing plural "s" is understood.
const TABLE = `
% percent pct
° degree deg
$ dollar usd buck
€ euro eur
£ pound_sterling gbp
cent ¢
mm millimeter millimetre
cm centimeter centimetre
m meter metre
km kilometer kilometre
in inch inches
ft foot feet
yd yard
mi mile
mg milligram
g gram
kg kilogram kilo
t ton tonne
lb pound
oz ounce
ml milliliter millilitre
l L liter litre
gal gallon
qt quart
pt pint
cup
s sec second
min minute
h hr hour
day
week wk
month
year yr
rad radian
mi/h mph
km/h kph kmh
hz Hz hertz
n N newton
j J joule
w W watt
v V volt
pa Pa pascal
k K kelvin
unit
point
person people
man men
woman women
child children
student
time
way
`;

const UNITS: ReadonlyMap<string, string> = new Map(
  TABLE.trim()
    .split("\n")
    .flatMap((line) => {
      const names = line.split(" ");
      return names.map((name): [string, string] => [name, names[0] ?? name]);
    }),
);

/** Words that change what the number before them means; never a unit. */
const NOT_UNITS = new Set(
  "and or not no to from hundred thousand million billion trillion dozen score half halves third thirds quarter quarters tenth tenths hundredth hundredths more less least most than at about mod modulo squared cubed factorial pi e i percentage base i".split(
    " ",
  ),
);

/** How a unit's words are judged: the gold's author may name any thing, an answer only known units or the gold's own. */
export type UnitRule = { readonly any: true } | { readonly any: false; readonly also: string | undefined };

/**
 * Canonical name of the unit that tokens spell, e.g. `cm^2`, `mi/h`, `%`; undefined when they are no unit. No tokens
 * are the unit "".
 */
export function unitOf(tokens: readonly Token[], rule: UnitRule): string | undefined {
  if (tokens.length > 12) return undefined;
  const parts: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const power = exponentAt(tokens, i);
    if (power !== undefined) {
      parts.push(`^${power}`);
      i += 3;
    } else if (token.text === "/" || token.text === "per") {
      parts.push("/");
    } else if (/^(square|sq|cubic|cu)$/.test(token.text) && tokens[i + 1]?.kind === "word") {
      const base = wordUnit(tokens[i + 1] as Token, rule);
      if (base === undefined) return undefined;
      parts.push(base, token.text.startsWith("s") ? "^2" : "^3");
      i += 1;
    } else {
      const name = wordUnit(token, rule, parts.at(-1) === "/");
      if (name === undefined) return undefined;
      parts.push(parts.length > 0 && !/^[/^]/.test(parts.at(-1) ?? "") ? ` ${name}` : name);
    }
  }
  const name = parts.join("");
  return /^[/^]|\/$/.test(name) ? undefined : name;
}

function exponentAt(tokens: readonly Token[], i: number): string | undefined {
  const [caret, open, power, close] = tokens.slice(i, i + 4);
  if (i === 0 || caret?.text !== "^" || open?.text !== "{" || close?.text !== "}") return undefined;
  return power !== undefined && /^[23]$/.test(power.text) ? power.text : undefined;
}

function wordUnit(token: Token, rule: UnitRule, divisor = false): string | undefined {
  if (token.kind === "symbol") return /^[%°$€£¢]$/.test(token.text) ? UNITS.get(token.text) : undefined;
  if (token.kind !== "word" || NOT_UNITS.has(token.text.toLowerCase())) return undefined;
  // A bare letter is a variable (5m = 5·m); in \text{}, or under a slash, it is a unit.
  if (token.text.length === 1 && !token.prose && !divisor) return undefined;
  const known = lookUp(token.text);
  if (known !== undefined) return known;
  const word = singular(token.text.toLowerCase());
  if (word.length < 3) return undefined;
  const named = rule.any || rule.also?.split(" ").includes(word) === true;
  return named ? word : undefined;
}

function lookUp(word: string): string | undefined {
  const lower = word.toLowerCase();
  return UNITS.get(word) ?? (word.length > 2 ? (UNITS.get(lower) ?? UNITS.get(singular(lower))) : undefined);
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}
