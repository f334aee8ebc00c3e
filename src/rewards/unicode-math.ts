/**
 * Mathematics as Unicode writes it, `x²⁰`, `101₂`, `5½`, `∛x`, `≤`: read as LaTeX for the math verifier, and as plain text in which
 * no raised or lowered character is flattened for every other reader. Both are linear.
 */

/** Characters that Unicode decomposes as `<super>`, but for ª, º, ℠ and ™, which raise nothing in mathematics. */
const RAISED = "[²³¹ʰ-ʸˠ-ˤჼᴬ-ᵡᵸᶛ-ᶿ⁰ⁱ⁴-ⁿⱽⵯ㆒-㆟ꚜꚝꝰꟲ-ꟴꟸꟹꭜ-ꭟꭩ\u{10781}-\u{107ba}]";
/** Characters that Unicode decomposes as `<sub>`. */
const LOWERED = "[ᵢ-ᵪ₀-₎ₐ-ₜⱼ]";

// No alternative repeats what another repetition in it matches, and a run is consumed whole: linear.
const SCRIPTS = new RegExp(
  [
    "(?<num>[⁰¹²³⁴-⁹]+)[⁄/](?<den>[₀-₉]+)",
    "(?<one>⅟)(?<below>[₀-₉]+|[0-9]+|)",
    "(?<vulgar>[¼-¾⅐-⅞↉])",
    `(?<raised>${RAISED}+(?:[⁄ᐟ]${RAISED}+)?)(?<under>${LOWERED}*)`,
    `(?<lowered>${LOWERED}+)`,
  ].join("|"),
  "gu",
);

/** How scripts and fractions of one character are written; `before` is the character in front of them, "" at the beginning. */
interface Notation {
  raised(run: string, before: string): string;
  lowered(run: string, before: string, after: string): string;
  /** `den` is "" where the denominator follows as ordinary text. */
  fraction(num: string, den: string, before: string): string;
}

const LATEX: Notation = {
  raised: (run) => (run === "o" ? "°" : `^{${run}}`),
  lowered: (run) => `_{${run}}`,
  fraction: (num, den) => (den === "" ? `${num}/` : `\\frac{${num}}{${den}}`),
};

const PLAIN: Notation = {
  // 1ˢᵗ is 1st, while 2ˣ is not 2x.
  raised: (run, before) => {
    if (/^(?:st|nd|rd|th)$/.test(run) && /\d/.test(before)) return run;
    return run.includes("/") ? `^(${run})` : `^${run}`;
  },
  // As formulas are typed: H₂O is H2O, while 101₂ is not 1012, nor log₂8 log28.
  lowered: (run, before, after) =>
    /^\d+$/.test(run) && /[\p{L})\]]/u.test(before) && !/\p{Nd}/u.test(after)
      ? run
      : `_${run}${/\p{Nd}/u.test(after) ? " " : ""}`,
  fraction: (num, den, before) => `${/\d/.test(before) ? " " : ""}${num}/${den}`,
};

function withScripts(text: string, notation: Notation): string {
  return text.replace(SCRIPTS, (...match) => {
    const { num, den, one, below, vulgar, raised, under, lowered } = match.at(-1) as Readonly<Record<string, string>>;
    const [offset, whole] = [match.at(-3) as number, match.at(-2) as string];
    const before = offset === 0 ? "" : (whole[offset - 1] ?? "");
    if (num !== undefined) return notation.fraction(onLine(num), onLine(den ?? ""), before);
    if (one !== undefined) return notation.fraction("1", onLine(below ?? ""), before);
    if (vulgar !== undefined) {
      const [above = "", divisor = ""] = vulgar.normalize("NFKC").split("⁄");
      return notation.fraction(above, divisor, before);
    }
    const after = whole[offset + String(match[0]).length] ?? "";
    if (raised === undefined) return notation.lowered(onLine(lowered ?? ""), before, after);
    // x²₁ is x₁².
    return (under ? notation.lowered(onLine(under), before, "") : "") + notation.raised(onLine(raised), before);
  });
}

/** The characters of a run as they stand on the line. */
function onLine(run: string): string {
  return run.normalize("NFKC").replaceAll("−", "-").replace(/[⁄ᐟ]/g, "/");
}

/**
 * NFKC with decimal digits of all scripts as ASCII, and with raised and lowered characters told apart from those on the line:
 * `x²⁰` becomes `x^20`, `10⁻³` `10^-3`, `aₙ` `a_n`, `101₂` `101_2`, `5½` `5 1/2`; H₂O is H2O.
 */
export function normalisedKeepingScripts(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return withAsciiDigits(withScripts(text, PLAIN).normalize("NFKC")).replaceAll("⁄", "/");
}

function withAsciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, asciiDigit);
}

/** The value of a decimal digit of any script: every run of ten in Unicode begins with its zero. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  if (code < 0x80) return digit;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}

// A line a command: its name and the characters that stand for it.
const COMMANDS = `
times × ✕ ✖ ⨯
cdot · ⋅ ∙ • ⸱
pm ±
mp ∓
le ≤ ⩽ ≦
ge ≥ ⩾ ≧
ne ≠
approx ≈ ≃ ≅
equiv ≡
sim ∼
infty ∞
land ∧
lor ∨
lnot ¬
cup ∪ ⋃
cap ∩ ⋂
setminus ∖
in ∈
notin ∉
subset ⊂
subseteq ⊆
supset ⊃
supseteq ⊇
emptyset ∅
forall ∀
exists ∃
to → ⟶
Rightarrow ⇒ ⟹
Leftrightarrow ⇔ ⟺
leftarrow ←
mapsto ↦
ldots … ⋯
angle ∠ ∡
triangle △
perp ⊥
parallel ∥
mid ∣
langle ⟨ 〈
rangle ⟩ 〉
lfloor ⌊
rfloor ⌋
lceil ⌈
rceil ⌉
sum ∑
prod ∏
int ∫
partial ∂
nabla ∇
circ ∘
oplus ⊕
otimes ⊗
ell ℓ
hbar ℏ
mathbb{R} ℝ
mathbb{Z} ℤ
mathbb{N} ℕ
mathbb{Q} ℚ
mathbb{C} ℂ
alpha α
beta β
gamma γ
delta δ
epsilon ε
zeta ζ
eta η
theta θ
iota ι
kappa κ
lambda λ
mu μ
nu ν
xi ξ
pi π
rho ρ
sigma σ
tau τ
upsilon υ
phi φ
chi χ
psi ψ
omega ω
Gamma Γ
Delta Δ ∆
Theta Θ
Lambda Λ
Xi Ξ
Pi Π
Sigma Σ
Phi Φ
Psi Ψ
Omega Ω
`;

// Characters that plain text has a spelling for.
const SPELT = `
- − – — ‐ ‑ ‒ ﹣
/ ÷ ∕ ⁄ ➗
' ′ ’ ‘ ʹ
'' ″
''' ‴
° º ˚
: ∶
* ∗ ⁎
, 、
. 。 ٫
| ❘
\\| ‖
\\, \u2009 \u202f \u200a
`;

/** Characters without width; those that turn the direction of writing are not among them. */
const WITHOUT_WIDTH = [
  "\u00ad",
  "\u200b",
  "\u200c",
  "\u200d",
  "\u2060",
  "\u2061",
  "\u2062",
  "\u2063",
  "\ufe0f",
  "\ufeff",
];

const READ: ReadonlyMap<string, string> = new Map([
  ...rows(COMMANDS, (name) => `\\${name} `),
  ...rows(SPELT, (plain) => plain),
  ...WITHOUT_WIDTH.map((character): [string, string] => [character, ""]),
]);

function rows(table: string, spelling: (name: string) => string): [string, string][] {
  return table
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [name = "", ...characters] = line.split(" ");
      return characters.map((character): [string, string] => [character, spelling(name)]);
    });
}

/** √ takes a whole number, as nobody writes √12 for √1 · 2; all else follows the rules of `\sqrt`. */
const ROOTS = /([√∛∜])[^\S\n]*(-?\d+(?:\.\d+)?)?/gu;
const DEGREES: Readonly<Record<string, string>> = { "√": "", "∛": "[3]", "∜": "[4]" };
/** ³√8: a raised degree that is nobody's exponent. */
const DEGREE = /(?<![\p{L}\p{N})\]}])([³⁴])√/gu;
/** Digits under a line each, 0.1̅6̅, repeat; so do those between dots, 0.1̇6̇. */
const OVERLINED = /(?:\d[\u0305\u0304])+/gu;
const DOTTED = /(\d)\u0307/gu;

/**
 * Unicode mathematics as LaTeX: scripts, fractions, roots, operators, relations, Greek and blackboard letters; whatever else it
 * holds in NFKC, with ASCII digits. Text in ASCII comes back as it is.
 */
export function unicodeAsLatex(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const rooted = text.replace(DEGREE, (_, degree: string) => (degree === "³" ? "∛" : "∜"));
  const out = withScripts(rooted, LATEX).replace(/[^\x20-\x7e]/gu, latexOf);
  return withAsciiDigits(out.normalize("NFC"))
    .replace(ROOTS, (_, root: string, digits = "") => `\\sqrt${DEGREES[root]}${digits === "" ? " " : `{${digits}}`}`)
    .replace(OVERLINED, (run) => `\\overline{${run.replace(/[^\d]/g, "")}}`)
    .replace(DOTTED, "\\dot{$1}");
}

/** ℝ by its own line before NFKC makes an R of it; 𝜋 and ϕ by the line of what they become. */
function latexOf(character: string): string {
  const known = READ.get(character);
  if (known !== undefined) return known;
  const plain = character.normalize("NFKC");
  return READ.get(plain) ?? plain;
}
