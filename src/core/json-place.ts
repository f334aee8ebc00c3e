/** Where in a text something stands, both from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/**
 * Where the value at a key such as `after.math.code` or `matrix.0.1` stands in a JSON text; of a key that is missing, its
 * nearest parent. A member's name may hold dots.
 */
export function jsonPlace(text: string, key: string): TextPlace {
  return placeAt(text, new Walk(text).find(key));
}

/** Where a JSON text stops being JSON; undefined where it is sound. */
export function jsonFault(text: string): (TextPlace & { readonly found: string }) | undefined {
  const walk = new Walk(text);
  const fault = walk.fault();
  if (fault === undefined) return undefined;
  return { ...placeAt(text, fault), found: /^-?[A-Za-z]+|^./s.exec(text.slice(fault, fault + 40))?.[0] ?? "" };
}

function placeAt(text: string, offset: number): TextPlace {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

const scalar =
  /"(?:[^"\\\r\n\t]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Thrown at the first character that JSON does not allow. */
class Fault extends Error {
  readonly at: number;
  constructor(at: number) {
    super("not JSON");
    this.at = at;
  }
}

class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Offset of the value at the key, or of the deepest part of it that there is. */
  find(key: string): number {
    let best = 0;
    try {
      this.#value(key, (offset) => {
        best = offset;
      });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
    return best;
  }

  fault(): number | undefined {
    try {
      this.#value(undefined, () => undefined);
      this.#blank();
      return this.#at < this.#text.length ? this.#at : undefined;
    } catch (error) {
      if (error instanceof Fault) return error.at;
      throw error;
    }
  }

  /** Goes over one value; `key` is what is left of the wanted one, undefined off its path. */
  #value(key: string | undefined, seen: (offset: number) => void): void {
    this.#blank();
    if (key !== undefined) seen(this.#at);
    const open = this.#text[this.#at];
    if (open !== "{" && open !== "[") {
      this.#scalar();
      return;
    }
    const close = open === "{" ? "}" : "]";
    this.#at += 1;
    this.#blank();
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (let index = 0; ; index++) {
      this.#value(rest(key, open === "{" ? this.#name() : String(index)), seen);
      this.#blank();
      const next = this.#text[this.#at];
      if (next !== "," && next !== close) throw new Fault(this.#at);
      this.#at += 1;
      if (next === close) return;
    }
  }

  #name(): string {
    this.#blank();
    if (this.#text[this.#at] !== '"') throw new Fault(this.#at);
    const name = this.#scalar();
    this.#blank();
    if (this.#text[this.#at] !== ":") throw new Fault(this.#at);
    this.#at += 1;
    return JSON.parse(name) as string;
  }

  #scalar(): string {
    scalar.lastIndex = this.#at;
    const found = scalar.exec(this.#text)?.[0];
    if (found === undefined) throw new Fault(this.#at);
    this.#at += found.length;
    return found;
  }

  #blank(): void {
    while (/^[ \t\r\n]$/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }
}

/** What is left of a key below a member; undefined where the key does not lead through it. */
function rest(key: string | undefined, name: string): string | undefined {
  if (key === undefined || key === "") return undefined;
  if (key === name) return "";
  return key.startsWith(`${name}.`) ? key.slice(name.length + 1) : undefined;
}
