import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseSubmissionLine } from "../../src/compose/submission-line.js";
import type { Submission } from "../../src/sandbox/index.js";
import { shapes } from "./shapes.js";

/** A program of a set, with what its reward should be. */
export interface Program {
  readonly submission: Submission;
  readonly right: boolean;
  /** The image it asks for; undefined: the smallest that has what it imports. */
  readonly image: string | undefined;
}

/** A file of programs. */
export interface CodeSet {
  readonly name: string;
  readonly programs: readonly Program[];
}

const setFile = /\.jsonl(\.gz)?$/;

/** Reads every `.jsonl` and `.jsonl.gz` of a folder; each is a set. Throws Error with `file:line` for a line of no known shape. */
export function readSets(folder: string, only: readonly string[]): readonly CodeSet[] {
  const files = listed(folder).filter((file) => setFile.test(file));
  const sets = files
    .map((file) => ({ file: join(folder, file), name: basename(file).replace(setFile, "") }))
    .filter(({ name }) => only.length === 0 || only.includes(name));
  if (sets.length === 0) throw new Error(`${folder}: no set in it; bring files NAME.jsonl, a program a line`);
  return sets.sort((a, b) => a.name.localeCompare(b.name)).map(({ file, name }) => ({ name, programs: readSet(file) }));
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    throw new Error(`${folder}: no such folder; name one that holds sets, NAME.jsonl each`);
  }
}

function readSet(file: string): readonly Program[] {
  const bytes = readFileSync(file);
  const lines = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n");
  return lines.flatMap((line, index) => (line.trim() === "" ? [] : [readProgram(line, `${file}:${index + 1}`)]));
}

function readProgram(text: string, origin: string): Program {
  const row = parsed(text, origin);
  for (const shape of shapes) {
    const told = shape(row);
    if (told === undefined) continue;
    const read = parseSubmissionLine(JSON.stringify(told.line), origin);
    if ("error" in read) throw read.error;
    return { submission: read.submission, right: told.right ?? true, image: told.image };
  }
  throw new Error(`${origin}: a line of no known shape; see the head of bench/codesets.ts`);
}

function parsed(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${origin}: not JSON; each line must be one JSON object`);
  }
}
