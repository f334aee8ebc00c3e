import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spreadNodes } from "../../../src/experiment/node-queue.js";

interface Node {
  readonly id: string;
  readonly parents: readonly string[];
}

const never = new AbortController().signal;
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));
/** Any tree or net of nodes, parents before children. */
const graphs = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 14 }).map((list) =>
  list.map((picks, at): Node => {
    const parents = at === 0 ? [] : picks.map((pick) => `n${pick % at}`);
    return { id: `n${at}`, parents: [...new Set(parents)] };
  }),
);

describe("a queue of nodes over engines", () => {
  it("runs each once, after its parents and with their ends, at most one at a time an engine", async () => {
    const property = fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (nodes, count) => {
      const ends = new Map<string, string>();
      const busy = new Set<number>();
      const begun: string[] = [];
      const run = async (worker: number, node: Node, parents: readonly string[]) => {
        expect(busy.has(worker)).toBe(false);
        busy.add(worker);
        begun.push(node.id);
        expect(parents).toEqual(node.parents.map((id) => `end of ${id}`));
        for (let i = 0; i < node.id.length * worker; i++) await tick();
        busy.delete(worker);
        return `end of ${node.id}`;
      };
      const workers = Array.from({ length: count }, (_, at) => at);
      expect(await spreadNodes({ workers, nodes, ends, stop: never, run, onBegin: () => undefined })).toBe(true);
      expect(begun.toSorted()).toEqual(nodes.map(({ id }) => id).toSorted());
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it("keeps the given order on one engine, and both of two engines at work", async () => {
    const nodes = ["a", "b", "c"].map((id) => ({ id, parents: [] }));
    const order = async (workers: readonly string[]) => {
      const seen: string[] = [];
      const run = async (worker: string, { id }: Node) => {
        seen.push(worker + id);
        await tick();
        return id;
      };
      await spreadNodes({ workers, nodes, ends: new Map(), stop: never, run, onBegin: () => undefined });
      return seen;
    };
    expect(await order(["1"])).toEqual(["1a", "1b", "1c"]);
    expect((await order(["1", "2"])).slice(0, 2)).toEqual(["1a", "2b"]);
  });

  it("begins nothing more once it is stopped", async () => {
    const stop = new AbortController();
    const nodes = ["a", "b", "c"].map((id) => ({ id, parents: [] }));
    const ends = new Map<string, string>();
    const run = async (_: number, { id }: Node) => {
      if (id === "b") stop.abort();
      return id;
    };
    const onBegin = () => undefined;
    expect(await spreadNodes({ workers: [1], nodes, ends, stop: stop.signal, run, onBegin })).toBe(false);
    expect([...ends.keys()]).toEqual(["a", "b"]);
  });

  it("is stopped too when its last node was", async () => {
    const nodes = [{ id: "a", parents: [] }];
    const run = () => Promise.resolve(undefined);
    const onBegin = () => undefined;
    expect(await spreadNodes({ workers: [1], nodes, ends: new Map(), stop: never, run, onBegin })).toBe(false);
  });

  it("ends the others when one fails, waits until they have let go, and tells that error", async () => {
    const nodes = ["bad", "long", "later"].map((id) => ({ id, parents: [] }));
    const seen: string[] = [];
    const run = async (_: number, { id }: Node, __: readonly string[], failed: AbortSignal) => {
      seen.push(id);
      if (id === "bad") throw new Error("lost the engine");
      await new Promise<void>((resolve) => failed.addEventListener("abort", () => resolve()));
      await tick();
      seen.push(`${id} let go`);
      return undefined;
    };
    const spread = spreadNodes({ workers: [1, 2], nodes, ends: new Map(), stop: never, run, onBegin: () => undefined });
    await expect(spread).rejects.toThrow("lost the engine");
    expect(seen).toEqual(["bad", "long", "long let go"]);
  });
});
