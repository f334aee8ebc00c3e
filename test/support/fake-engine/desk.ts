import type { Metadata } from "@grpc/grpc-js";
import { type Fault, Faults } from "./faults.js";
import { Refusal } from "./refusal.js";

/** A call that arrived, with its decoded request (for ForwardBackward: the header). */
export interface FakeCall {
  readonly method: string;
  readonly request: unknown;
  /** Aborts when the client goes away. */
  readonly cancelled: AbortSignal;
}

/** The part of a grpc-js server call that the desk looks at. */
export interface IncomingCall {
  readonly metadata: Metadata;
  on(event: "cancelled", listener: () => void): unknown;
}

/** Where calls arrive: records them, checks the token, hands out their faults. */
export class Desk {
  readonly calls: FakeCall[] = [];
  readonly faults = new Faults();
  readonly #looking: (() => void)[] = [];

  constructor(readonly token: string | undefined) {}

  /** The fault that this call is to meet. */
  arrive(method: string, request: unknown, call: IncomingCall): Fault | undefined {
    const gone = new AbortController();
    call.on("cancelled", () => gone.abort());
    this.calls.push({ method, request, cancelled: gone.signal });
    for (const look of this.#looking) look();
    if (this.token !== undefined && call.metadata.get("authorization")[0] !== `Bearer ${this.token}`) {
      throw new Refusal("unauthenticated", "wrong or missing bearer token");
    }
    return this.faults.take(method);
  }

  /** Resolves with the n-th call of a method. */
  arrived(method: string, n: number): Promise<FakeCall> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.calls.filter((call) => call.method === method)[n - 1];
        if (found !== undefined) resolve(found);
      };
      this.#looking.push(look);
      look();
    });
  }
}
