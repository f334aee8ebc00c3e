import { fileURLToPath } from "node:url";
import type { JobHandler } from "../../src/workers/workers.js";

/** The least that a job can be: it gives back what it got, or spins. */
export const handle: JobHandler = (input) => {
  if (input === "spin") for (;;);
  return Number(input);
};

// As a child of `fork` it is the alternative that the pool is measured against.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on("message", ({ id, input }: { id: number; input: unknown }) =>
    process.send?.({ id, value: Number(input) }),
  );
}
