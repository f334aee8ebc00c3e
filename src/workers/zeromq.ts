import { PrerequisiteError } from "../core/index.js";

type Zeromq = typeof import("zeromq");

/** Loads the native addon when it is needed first. @throws PrerequisiteError where there is no binary for this machine */
export async function loadZeromq(): Promise<Zeromq> {
  try {
    return await import("zeromq");
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new PrerequisiteError(`ZeroMQ does not load (${message}); install it anew with: npm ci`, {
      code: "no_zeromq",
      cause: error,
    });
  }
}
