import { describe, expect, it } from "vitest";
import { emptyOutcome } from "../../../src/sandbox/run-recorder.js";
import { judge, type RunOutcome, starved } from "../../../src/sandbox/verdict.js";

const cases = { kind: "stdio", cases: [{ stdin: "", stdout: "1" }] } as const;
const asserts = { kind: "asserts", code: "assert f()" } as const;
const secret = "s3cret";

function ended(part: Partial<RunOutcome>): RunOutcome {
  return { ...emptyOutcome, exit: 0, ...part };
}
const channel = (...lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(""));
const verdictOf = (run: RunOutcome, tests: typeof cases | typeof asserts = cases) =>
  judge(tests, [run], secret, 10)?.verdict;

describe("verdict", () => {
  it("goes by our own deadline first, then memory, then output, then how the program ended", () => {
    const all = { deadline: true, oom: true, overflow: true, signal: 9, exit: null };
    expect(verdictOf(ended(all))).toBe("time_limit");
    expect(verdictOf(ended({ ...all, deadline: false }))).toBe("memory_limit");
    expect(verdictOf(ended({ ...all, deadline: false, oom: false }))).toBe("output_limit");
    expect(verdictOf(ended({ signal: 9, exit: null }))).toBe("killed");
    expect(verdictOf(ended({ signal: 11, exit: null }))).toBe("runtime_error");
    expect(verdictOf(ended({ exit: 1 }))).toBe("runtime_error");
    expect(verdictOf(ended({ stdout: Buffer.from("1\n") }))).toBe("passed");
  });

  it("names a limit that a failing program ran into, never one that a passing program did", () => {
    const right = { stdout: Buffer.from("1") };
    expect(verdictOf(ended({ exit: 1, pids: true }))).toBe("process_limit");
    expect(verdictOf(ended({ exit: 1, disk: true }))).toBe("disk_limit");
    expect(verdictOf(ended({ ...right, pids: true, disk: true }))).toBe("passed");
  });

  it("believes the harness's channel only when every line carries the secret and the verdict comes last", () => {
    const passed = '{"verdict":"passed","passed":1,"total":1}';
    const told = (...lines: readonly string[]) => verdictOf(ended({ channel: channel(...lines) }), asserts);
    expect(told(`${secret}{"total":1}`, secret + passed)).toBe("passed");
    expect(told(passed)).toBe("tampered");
    expect(told(`${secret}{"total":1}`, passed)).toBe("tampered");
    expect(told(secret + passed, secret + passed)).toBe("tampered");
    expect(told(`${secret}{"total":1}`)).toBe("tampered");
    expect(told()).toBe("tampered");
    expect(told(`${secret}{"verdict":"passed","passed":0,"total":0}`)).toBe("tampered");
    expect(told(`${secret}{"verdict":"passed","passed":1,"total":2}`)).toBe("tampered");
    expect(told(`${secret}{"total":2}`, secret + passed)).toBe("tampered");
  });

  it("puts a run's end at the backstop down to a busy host where it wanted a processor and had to wait for it", () => {
    const late = { deadline: true, exit: null, wallS: 10 };
    expect(starved(10, ended({ ...late, cpuS: 2, waitedS: 7 }))).toBe(true);
    // A sleeper, an endless loop on a host that was half busy, and one on an idle host.
    expect(starved(10, ended({ ...late, cpuS: 0.2, waitedS: 2 }))).toBe(false);
    expect(starved(10, ended({ ...late, cpuS: 5.5, waitedS: 4.5 }))).toBe(false);
    expect(starved(10, ended({ ...late, cpuS: 9.9, waitedS: 0.1 }))).toBe(false);
    expect(starved(10, ended({ wallS: 10, cpuS: 2, waitedS: 7 }))).toBe(false);
    expect(starved(10, ended({ ...late, cpuS: 1, waitedS: 1 }), ended({ wallS: 10, cpuS: 1, waitedS: 3 }))).toBe(true);
  });

  it("keeps the count of tests when they did not end", () => {
    const run = ended({ channel: channel(`${secret}{"total":3}`), deadline: true, exit: null });
    expect(judge(asserts, [run], secret, 10)).toMatchObject({ verdict: "time_limit", passed: 0, total: 3 });
  });
});
