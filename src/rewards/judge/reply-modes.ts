import type { ReplyMode } from "./prompt.js";
import type { AttemptError } from "./retry.js";

/** How a judge may be asked for its verdict; `auto` finds out what the endpoint understands. */
export type StructuredOutput = "auto" | "json_schema" | "json_object" | "off";

/** Which reply mode an endpoint understands, learnt as replies come in where it is to be found out. */
export class ReplyModes {
  readonly #auto: boolean;
  #mode: ReplyMode;
  /** A mode that has worked is not doubted again: later refusals have other reasons. */
  #proven = false;

  constructor(setting: StructuredOutput) {
    this.#auto = setting === "auto";
    this.#mode = setting === "off" ? "text" : setting === "auto" ? "json_schema" : setting;
  }

  current(): ReplyMode {
    return this.#mode;
  }

  /** The mode to try after `mode` failed; undefined when there is none. */
  stepDown(mode: ReplyMode): ReplyMode | undefined {
    const open = !this.#proven || this.#mode === "text";
    return this.#auto && open && mode === "json_schema" ? "text" : undefined;
  }

  worked(mode: ReplyMode): void {
    if (this.#proven) return;
    this.#proven = true;
    this.#mode = mode;
  }
}

/**
 * Whether a failure may be a refusal of `response_format`: endpoints without it answer 400, 404, 422 or 501, and those that fail
 * at it 500.
 */
export function mayRefuseFormat({ status = 0 }: AttemptError): boolean {
  return [400, 404, 422, 500, 501].includes(status);
}
