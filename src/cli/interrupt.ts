import { setMaxListeners } from "node:events";
import { CancelledError } from "../core/index.js";
import { type Cli, say } from "./io.js";

/** Two ways to end early. */
export interface Interruption {
  /** Fires at the first Ctrl-C: finish the step under way, save, return. */
  readonly stop: AbortSignal;
  /** Fires at the second: give up at once. */
  readonly signal: AbortSignal;
  end(): void;
}

/** Listens for Ctrl-C while a run goes. Before it has `begun` there is nothing to save, and the first ends it at once. */
export function listenForInterrupt(cli: Cli, begun: () => boolean): Interruption {
  const stop = new AbortController();
  const force = new AbortController();
  const end = cli.io.onInterrupt(() => {
    if (stop.signal.aborted || !begun()) {
      force.abort(new CancelledError("interrupted"));
      return;
    }
    say(cli, "finishing this step, then saving; press Ctrl-C again to stop at once");
    stop.abort(new CancelledError("interrupted"));
  });
  return { stop: stop.signal, signal: force.signal, end };
}

/** One Ctrl-C ends a command that has nothing to save. */
export function abortOnInterrupt(cli: Cli): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  // One listener a job under way on one signal is normal here, not a leak.
  setMaxListeners(0, controller.signal);
  const end = cli.io.onInterrupt(() => controller.abort(new CancelledError("interrupted")));
  return { signal: controller.signal, end };
}
