import { onTestFinished } from "vitest";
import { type ConnectOptions, connectEngine, type Engine } from "../../../src/engine/index.js";
import { type FakeEngine, type FakeEngineOptions, startFakeEngine } from "../../support/fake-engine.js";

/** Retries without waits worth mentioning. */
export const quickRetry = { maxAttempts: 4, firstDelayMs: 1, maxDelayMs: 4 };

/** A fake engine and a connection to its model `m`, both closed when the test ends. */
export async function connected(
  fakeOptions: FakeEngineOptions = {},
  connectOptions: Partial<ConnectOptions> = {},
): Promise<{ readonly fake: FakeEngine; readonly engine: Engine }> {
  const fake = await startFakeEngine(fakeOptions);
  onTestFinished(() => fake.close());
  const engine = await connectEngine({ address: fake.address, modelId: "m", retry: quickRetry, ...connectOptions });
  onTestFinished(() => engine.close());
  await engine.trainer.loadModel({ base: "nano", seed: 1 });
  return { fake, engine };
}
