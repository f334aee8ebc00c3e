import type { Tolerance } from "./measured.js";
import type { Token } from "./tokens.js";

// One line a unit: its canonical name first, then other names; after a colon its dimension and size in the dimension's
// base, where it can be converted. A trailing plural "s" is understood.
const TABLE = `
% percent pct : share 1/100
‰ permille permil : share 1/1000
° degree deg : angle
rad radian : angle
$ dollar usd USD buck : dollars 1
cent ¢ : dollars 1/100
€ euro eur EUR : euros 1
£ pound_sterling sterling quid gbp GBP : sterling 1
¥ : yenyuan 1
yen jpy JPY : yen 1
yuan cny CNY rmb RMB renminbi : yuan 1
₹ rupee Rs rs inr INR : rupees 1
₩ won krw KRW : won 1
₽ ruble rouble rub RUB : roubles 1
₪ shekel ils ILS : shekels 1
₺ lira TRY : liras 1
₫ dong vnd VND : dong 1
₱ peso php PHP : pesos 1
฿ baht thb THB : baht 1
₦ naira ngn NGN : nairas 1
₴ hryvnia uah UAH : hryvnias 1
C$ CAD cad : canadian 1
A$ AUD aud : australian 1
HK$ HKD hkd : hongkong 1
S$ SGD sgd : singapore 1
NT$ TWD twd : taiwan 1
R$ BRL brl : reais 1
CHF chf franc : francs 1
SEK sek
DKK dkk
NOK nok
mm millimeter millimetre : length 1/1000
cm centimeter centimetre : length 1/100
m meter metre : length 1
dm decimeter decimetre : length 1/10
km kilometer kilometre : length 1000
in inch inches : length 127/5000
ft foot feet : length 381/1250
yd yard : length 1143/1250
mi mile : length 201168/125
mg milligram : mass 1/1000
g gram : mass 1
kg kilogram kilo : mass 1000
t ton tonne
lb pound : pounds 1
oz ounce : pounds 1/16
ml mL milliliter millilitre : volume 1/1000
l L liter litre : volume 1
gal gallon : pints 8
qt quart : pints 2
pt pint : pints 1
cup : pints 1/2
s sec second : time 1
min minute : time 60
h hr hour : time 3600
day : time 86400
week wk : time 604800
month mos : years 1/12
year yr : years 1
mi/h mph
km/h kph kmh
hz Hz hertz : frequency 1
khz kHz kilohertz : frequency 1000
N newton : force 1
kN kilonewton : force 1000
J joule : energy 1
kJ kilojoule : energy 1000
W watt : power 1
kW kilowatt : power 1000
V volt
Pa pascal : pressure 1
kPa kilopascal : pressure 1000
K kelvin
unit
point pts
person people
man men
woman women
child children
student
time
way
`;

/** What a unit measures, and its size in the base unit of that dimension (degrees: π/180, which is no fraction). */
export interface UnitScale {
  readonly dimension: string;
  readonly num: bigint;
  readonly den: bigint;
}

const LINES = TABLE.trim()
  .split("\n")
  .map((line) => {
    const [names = "", measure] = line.split(" : ");
    return { names: names.split(" "), measure };
  });

const SCALES: ReadonlyMap<string, UnitScale> = new Map(
  LINES.flatMap(({ names: [name = ""], measure }) => {
    if (measure === undefined) return [];
    const [, dimension = "", num = "1", den = "1"] = /^(\w+)(?: (\d+)(?:\/(\d+))?)?$/.exec(measure) ?? [];
    return [[name, { dimension, num: BigInt(num), den: BigInt(den) }]];
  }),
);

/** The scale of a unit as {@link unitOf} names it, squares, cubes and quotients included; undefined when it has none. */
export function unitScale(unit: string): UnitScale | undefined {
  let dimension = "";
  let [num, den] = [1n, 1n];
  for (const [, slash = "", name = "", power = "1"] of unit.matchAll(/(\/?) ?([^/^ ]+)(?:\^([23]))?/g)) {
    const scale = SCALES.get(name);
    if (scale === undefined) return undefined;
    const [up, down] = slash === "" ? [scale.num, scale.den] : [scale.den, scale.num];
    num *= up ** BigInt(power);
    den *= down ** BigInt(power);
    dimension += `${slash}${scale.dimension}${power === "1" ? "" : `^${power}`}`;
  }
  return dimension === "" ? undefined : { dimension, num, den };
}

/** Whether two dimensions are the same; ¥ may be yen or yuan. */
export function sameDimension(a: string, b: string): boolean {
  return a === b || (a === "yenyuan" && /^yen$|^yuan$/.test(b)) || (b === "yenyuan" && /^yen$|^yuan$/.test(a));
}

const UNITS: ReadonlyMap<string, string> = new Map(
  LINES.flatMap(({ names }) => names.map((name): [string, string] => [name, names[0] ?? name])),
);

/** After a degree sign; temperatures are not converted. */
const TEMPERATURES: ReadonlyMap<string, string> = new Map([
  ["c", "°C"],
  ["celsius", "°C"],
  ["f", "°F"],
  ["fahrenheit", "°F"],
]);

/** Words that change what the number before them means; never a unit. */
const NOT_UNITS = new Set(
  "and or not no to from hundred thousand million billion trillion dozen score half halves third thirds quarter quarters tenth tenths hundredth hundredths more less least most than at about mod modulo squared cubed factorial pi e i percentage base i".split(
    " ",
  ),
);

/**
 * How a side is read, and its unit's words are judged: the gold's author may name any thing, an answer only known units or the gold's own. A
 * bare letter is a variable (5m = 5·m) unless `letters`; in \text{}, or under a slash, it is a unit.
 */
export type UnitRule =
  | { readonly any: true; readonly tolerance?: Tolerance | undefined }
  | { readonly any: false; readonly also: string | undefined; readonly letters?: boolean };

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
    } else if (token.text === "per" && tokens[i + 1]?.text === "cent") {
      parts.push("%");
      i += 1;
    } else if (token.text === "." && tokens[i - 1]?.kind === "word") {
      // The full stop of an abbreviation: `sq. ft.`
    } else if (token.text === "/" || token.text === "per") {
      parts.push("/");
    } else if (/^(square|sq|cubic|cu)$/i.test(token.text) && tokens[i + stopped(tokens, i)]?.kind === "word") {
      i += stopped(tokens, i);
      const base = wordUnit(tokens[i] as Token, rule);
      if (base === undefined) return undefined;
      parts.push(base, /^s/i.test(token.text) ? "^2" : "^3");
    } else {
      const name = wordUnit(token, rule, parts.at(-1) === "/");
      if (name === undefined) return undefined;
      const scale = name === "°" ? TEMPERATURES.get(tokens[i + 1]?.text.toLowerCase() ?? "") : undefined;
      if (scale !== undefined) i += 1;
      parts.push(scale ?? (parts.length > 0 && !/^[/^]/.test(parts.at(-1) ?? "") ? ` ${name}` : name));
    }
  }
  const name = parts.join("");
  return /^[/^]|\/$/.test(name) ? undefined : name;
}

/** How far behind an abbreviation the next word stands: 2 behind its full stop. */
function stopped(tokens: readonly Token[], i: number): 1 | 2 {
  return tokens[i + 1]?.text === "." ? 2 : 1;
}

function exponentAt(tokens: readonly Token[], i: number): string | undefined {
  const [caret, open, power, close] = tokens.slice(i, i + 4);
  if (i === 0 || caret?.text !== "^" || open?.text !== "{" || close?.text !== "}") return undefined;
  return power !== undefined && /^[23]$/.test(power.text) ? power.text : undefined;
}

function wordUnit(token: Token, rule: UnitRule, divisor = false): string | undefined {
  if (token.kind === "symbol") return UNITS.get(token.text);
  if (token.kind !== "word" || NOT_UNITS.has(token.text.toLowerCase())) return undefined;
  if (token.text.length === 1 && !token.prose && !divisor && (rule.any || !rule.letters)) return undefined;
  const known = lookUp(token.text);
  if (known !== undefined) return known;
  const word = singular(token.text.toLowerCase());
  if (word.length < 3) return undefined;
  // 2xyz is a product, 2 xyz are two of what the gold calls so.
  if (token.gap === "" && !token.prose) return undefined;
  const named = rule.any || rule.also?.split(" ").includes(word) === true;
  return named ? word : undefined;
}

function lookUp(word: string): string | undefined {
  const lower = word.toLowerCase();
  const known = UNITS.get(word) ?? (word.length > 2 ? (UNITS.get(lower) ?? UNITS.get(singular(lower))) : undefined);
  // hrs, lbs, cms: abbreviations of two letters have a plural too.
  return known ?? (/^[a-z]{2}s$/.test(lower) ? UNITS.get(lower.slice(0, -1)) : undefined);
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

/** The unit of an amount with what stands before and behind it: `$5`, `$5 per hour`, `USD 5`, `$5 dollars`. */
export function unitAround(currency: string | undefined, behind: readonly Token[], rule: UnitRule): string | undefined {
  if (currency === undefined) return unitOf(behind, rule);
  const unit = unitOf([{ kind: "symbol", text: currency, gap: "" }, ...behind], rule);
  return unit === `${currency} ${currency}` ? currency : unit;
}

/** A currency before an amount: its canonical unit, and how many tokens name it (`US $`, `Rs.`, `HK$`); undefined where there is none. */
export function currencyAt(
  tokens: readonly Token[],
  at: number,
): { readonly unit: string; readonly length: number } | undefined {
  const [first, second] = [tokens[at], tokens[at + 1]];
  if (first === undefined) return undefined;
  if (first.kind === "symbol") return CURRENCIES.has(first.text) ? { unit: first.text, length: 1 } : undefined;
  if (second?.text === "$" && /^(?:US|C|CA|A|AU|HK|S|NT|R)$/.test(first.text)) {
    const name = first.text === "US" ? "$" : `${first.text.replace(/^(C|A)[AU]$/, "$1")}$`;
    return { unit: name, length: 2 };
  }
  const unit = /^(?:[A-Z]{3}|Rs)$/.test(first.text) ? UNITS.get(first.text) : undefined;
  if (unit === undefined || !CURRENCIES.has(unit)) return undefined;
  return { unit, length: second?.text === "." ? 2 : 1 };
}

const CURRENCIES: ReadonlySet<string> = new Set(
  LINES.slice(
    LINES.findIndex(({ names }) => names[0] === "$"),
    LINES.findIndex(({ names }) => names[0] === "mm"),
  ).map(({ names }) => names[0] ?? ""),
);
