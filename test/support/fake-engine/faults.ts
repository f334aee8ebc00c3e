import type { ServerErrorResponse, status } from "@grpc/grpc-js";

/** What goes wrong with a call, once. */
export type Fault =
  /** Fails before anything is done. */
  | { readonly kind: "unavailable" }
  /** Does the work, then the answer is lost. */
  | { readonly kind: "answer_lost" }
  /** Never answers. */
  | { readonly kind: "hang" }
  /** Generate only: UNAVAILABLE after this many rollouts. */
  | { readonly kind: "cut"; readonly after: number }
  /** Generate only: silence after this many rollouts. */
  | { readonly kind: "stall"; readonly after: number }
  /** Generate only: ends well after this many rollouts. */
  | { readonly kind: "short"; readonly after: number }
  | { readonly kind: "status"; readonly error: Partial<ServerErrorResponse> & { readonly code: status } };

/** Faults waiting for calls, by method name (`Trainer.OptimStep`). */
export class Faults {
  readonly #waiting = new Map<string, Fault[]>();

  add(method: string, fault: Fault, times: number): void {
    const queue = this.#waiting.get(method) ?? [];
    queue.push(...Array.from({ length: times }, () => fault));
    this.#waiting.set(method, queue);
  }

  take(method: string): Fault | undefined {
    return this.#waiting.get(method)?.shift();
  }
}
