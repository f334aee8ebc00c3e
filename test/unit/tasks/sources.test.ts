import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { CancelledError } from "../../../src/core/index.js";
import { openSource, type SourceRow } from "../../../src/tasks/index.js";
import { jsonl, written } from "./fixtures.js";

async function rowsOf(source: string, signal?: AbortSignal): Promise<readonly SourceRow[]> {
  const rows: SourceRow[] = [];
  for await (const row of openSource({ source }, { baseDir: "/", cacheDir: "/nowhere" }).rows(signal)) rows.push(row);
  return rows;
}

describe("JSONL", () => {
  it("gives rows with file:line, skipping blank lines, whatever the line ends", async () => {
    const path = await written("a.jsonl", '\ufeff{"a":1}\r\n\n{"a":"é"}');
    expect(await rowsOf(path)).toEqual([
      { row: { a: 1 }, origin: `${path}:1` },
      { row: { a: "é" }, origin: `${path}:3` },
    ]);
  });

  it("streams: rows before a bad line arrive, and the error names the line", async () => {
    const path = await written("a.jsonl", '{"a":1}\n{"a":\n');
    const rows = openSource({ source: path }, { baseDir: "/", cacheDir: "/" }).rows()[Symbol.asyncIterator]();
    expect((await rows.next()).value).toMatchObject({ row: { a: 1 } });
    await expect(rows.next()).rejects.toThrow(/a\.jsonl:2: not JSON .*each line must be one JSON object/);
    await expect(rowsOf(await written("b.jsonl", "[1]\n"))).rejects.toThrow(
      /b\.jsonl:1: a JSON object is expected, not a list/,
    );
  });

  it("keeps characters whole across read chunks", async () => {
    const long = Array.from({ length: 3000 }, (_, index) => ({ text: `${"ä€😀".repeat(20)}${index}` }));
    const rows = await rowsOf(await written("long.jsonl", jsonl(long)));
    expect(rows.map(({ row }) => row)).toEqual(long);
  });

  it("stops when the signal fires", async () => {
    const path = await written("a.jsonl", '{"a":1}\n');
    await expect(rowsOf(path, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
  });
});

describe("CSV", () => {
  it("gives texts under the header's names, quoted line ends included, with the line a record starts at", async () => {
    const path = await written("a.csv", '\ufeffq,answer\n"one\ntwo",1\n"say ""hi""",2\n');
    expect(await rowsOf(path)).toEqual([
      { row: { q: "one\ntwo", answer: "1" }, origin: `${path}:2` },
      { row: { q: 'say "hi"', answer: "2" }, origin: `${path}:4` },
    ]);
  });

  it("a record with too many cells names its line", async () => {
    await expect(rowsOf(await written("a.csv", "q,a\n1,2\n1,2,3\n"))).rejects.toThrow(/a\.csv:3: not CSV/);
  });

  it("tabs in .tsv", async () => {
    expect((await rowsOf(await written("a.tsv", "q\ta\nx,y\t2\n")))[0]?.row).toEqual({ q: "x,y", a: "2" });
  });
});

describe("Parquet", () => {
  it("gives plain values over several row groups, nested lists and compression included", async () => {
    const path = resolve("test/fixtures/tasks/rows.parquet");
    const rows = await rowsOf(path);
    expect(rows.map(({ origin }) => origin.split(":").at(-1))).toEqual(["1", "2", "3"]);
    expect(rows.map(({ row }) => row)).toEqual([
      {
        question: "1+1?",
        answer: 2,
        choices: [
          { text: "2", label: "A" },
          { text: "3", label: "B" },
        ],
        made: "2026-01-02T00:00:00.000Z",
      },
      { question: "2+2?", answer: 4, choices: [], made: "2026-01-02T00:00:00.000Z" },
      { question: "Größe?", answer: String(2n ** 60n), choices: null, made: "2026-01-02T00:00:00.000Z" },
    ]);
  });

  it("a file that is none is a DataError", async () => {
    await expect(rowsOf(await written("a.parquet", "no parquet"))).rejects.toThrow(/a\.parquet: cannot be read/);
  });
});

describe("files and folders", () => {
  it("a folder's readable files in path order, nested ones too", async () => {
    const folder = dirname(await written("b.jsonl", '{"n":2}\n'));
    await mkdir(join(folder, "a"));
    await writeFile(join(folder, "a", "x.csv"), "n\n1\n");
    await writeFile(join(folder, "notes.txt"), "not data");
    expect((await rowsOf(folder)).map(({ row }) => row)).toEqual([{ n: "1" }, { n: 2 }]);
  });

  it("what is missing, empty or of unknown kind names the place and the remedy", async () => {
    await expect(rowsOf("/nowhere/a.jsonl")).rejects.toThrow(/\/nowhere\/a\.jsonl: no such file; check data\.source/);
    await expect(rowsOf(dirname(await written("a.txt", "")))).rejects.toThrow(/the folder holds none of \.jsonl/);
    await expect(rowsOf(await written("a.txt", ""))).rejects.toThrow(
      /a\.txt: unknown kind of file; use one of \.jsonl/,
    );
  });
});
