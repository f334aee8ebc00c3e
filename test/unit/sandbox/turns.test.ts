import { describe, expect, it } from "vitest";
import { CancelledError } from "../../../src/core/index.js";
import { Turns } from "../../../src/sandbox/turns.js";

const never = new AbortController().signal;

/** Takes turns and says when it has them. */
function ask(turns: Turns, had: string[], name: string, request = {}, signal = never): Promise<void> {
  return turns.take(signal, request).then(() => {
    had.push(name);
  });
}

const settle = () => new Promise(setImmediate);

describe("turns", () => {
  it("are given in the order of asking, those that have begun before those that have not", async () => {
    const turns = new Turns(1);
    const had: string[] = [];
    for (const name of ["a", "b", "c"]) void ask(turns, had, name);
    void ask(turns, had, "second part", { first: true });
    await settle();
    expect(had).toEqual(["a"]);
    for (let passed = 0; passed < 3; passed++) {
      turns.pass();
      await settle();
    }
    expect(had).toEqual(["a", "second part", "b", "c"]);
  });

  it("all taken at once mean being alone: nobody slips in before, and everybody goes on after", async () => {
    const turns = new Turns(2);
    const had: string[] = [];
    void ask(turns, had, "a");
    void ask(turns, had, "b");
    void ask(turns, had, "alone", { count: 2 });
    void ask(turns, had, "c");
    turns.pass();
    await settle();
    expect(had).toEqual(["a", "b"]);
    turns.pass();
    await settle();
    expect(had).toEqual(["a", "b", "alone"]);
    turns.pass(2);
    await settle();
    expect(had).toEqual(["a", "b", "alone", "c"]);
    expect(turns.queued).toBe(0);
  });

  it("that are cancelled while they wait hold up nobody behind them", async () => {
    const turns = new Turns(2);
    const had: string[] = [];
    await ask(turns, had, "a");
    const stop = new AbortController();
    const alone = ask(turns, had, "alone", { count: 2 }, stop.signal);
    void ask(turns, had, "b");
    await settle();
    expect(had).toEqual(["a"]);
    stop.abort();
    await expect(alone).rejects.toBeInstanceOf(CancelledError);
    await settle();
    expect(had).toEqual(["a", "b"]);
  });
});
