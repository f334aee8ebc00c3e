/** A stream that text is shown on. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The lower lines of a terminal, redrawn in place; what is printed goes above them. */
export class Screen {
  #height = 0;

  constructor(private readonly output: TextOutput) {}

  /** Replaces the lines shown before. */
  draw(lines: readonly string[]): void {
    this.output.write(`${this.#erase()}${lines.map((line) => `${line}\n`).join("")}`);
    this.#height = lines.length;
  }

  /** Prints a line for good and draws the rest below it. */
  print(line: string, below: readonly string[]): void {
    this.output.write(`${this.#erase()}${line}\n`);
    this.#height = 0;
    this.draw(below);
  }

  /** Cursor to the first line of the panel, everything below cleared. */
  #erase(): string {
    return this.#height === 0 ? "" : `\u001b[${this.#height}F\u001b[J`;
  }
}
