import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { isOwnReward, type OmniConfig, type TaskConfig } from "../config/index.js";

/** What a measured transfer depends on, as short hashes: of contents and settings, never of where files lie. */
export interface Fingerprints {
  /** Base model and adapter. */
  readonly model: string;
  /** The warm-up before the probes; a hash of nothing where there is none. */
  readonly warmup: string;
  readonly tasks: Readonly<Record<string, TaskFingerprint>>;
}

/** Of one task. */
export interface TaskFingerprint {
  /** The family, the rows and how items are made of them. */
  readonly data: string;
  readonly prompt: string;
  /** Weights, verifier and, where one is asked, the judge. */
  readonly reward: string;
}

/** Reads every data file that the config names. A big model is known by its shape and the ends of its weights. */
export async function fingerprintsOf(config: OmniConfig): Promise<Fingerprints> {
  const tasks: Record<string, TaskFingerprint> = {};
  for (const task of config.tasks) tasks[task.id] = await taskFingerprint(config, task);
  const { base, adapter } = config.model;
  return {
    model: hash({ base: isAbsolute(base) ? await modelContent(base) : base, adapter }),
    warmup: hash(config.warmup ?? null),
    tasks,
  };
}

async function taskFingerprint({ judge }: OmniConfig, task: TaskConfig): Promise<TaskFingerprint> {
  const { family, data, prompt, reward, verifier, boxedOutside, tolerance } = task;
  const { source, split, ...mapping } = data;
  const part = async (of: number | string) => (typeof of === "string" ? content(of) : of);
  const parts = { validation: await part(split.validation), test: await part(split.test) };
  const asked = family === "writing" && judge !== undefined;
  const { model, temperature, orders } = judge ?? {};
  const rubric = task.rubric ?? judge?.rubric;
  return {
    data: hash({ family, mapping, source: await content(source), split: parts }),
    prompt: hash(prompt),
    reward: hash({
      reward: await rewardContent(reward),
      verifier,
      boxedOutside,
      tolerance,
      judge: asked ? { model, rubric, temperature, orders } : undefined,
    }),
  };
}

/** Weights; a module of the user's own by its bytes. What it imports is not looked at. */
async function rewardContent(reward: TaskConfig["reward"]): Promise<Readonly<Record<string, number>>> {
  const parts: [string, number][] = [];
  for (const [name, weight] of Object.entries(reward)) {
    parts.push([isOwnReward(name) ? `own ${await fileHash(name)}` : name, weight]);
  }
  return Object.fromEntries(parts);
}

/** A hub id stands for itself, a file for its bytes, a folder for its files with their names. */
async function content(source: string): Promise<string> {
  if (source.startsWith("hub:")) return source;
  if ((await stat(source)).isFile()) return fileHash(source);
  const names = await readdir(source, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashes: string[] = [];
  for (const file of files.toSorted()) hashes.push(`${file.slice(source.length)} ${await fileHash(file)}`);
  return hash(hashes);
}

async function fileHash(path: string): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest("hex");
}

/** Bytes at either end of a weights file that are read. */
const edgeBytes = 1024 * 1024;

/** config.json in full; of each weights file its name, size and both ends. */
async function modelContent(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name === "config.json" || name.endsWith(".safetensors"));
  const parts: string[] = [];
  for (const name of names.toSorted()) parts.push(`${name} ${await edges(join(folder, name))}`);
  return hash(parts);
}

async function edges(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const digest = createHash("sha256").update(String(size));
    for (const start of [0, Math.max(0, size - edgeBytes)]) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(edgeBytes), 0, edgeBytes, start);
      digest.update(buffer.subarray(0, bytesRead));
    }
    return digest.digest("hex");
  } finally {
    await file.close();
  }
}

function hash(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 16);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`;
}

/**
 * What differs between the config that a transfer file was measured with and one that would use it, in words.
 * @param measured `about.made` of the file, as it stands there
 */
export function differencesFrom(measured: unknown, now: Fingerprints): readonly string[] {
  const made = mapping(measured);
  const tasks = mapping(made.tasks);
  return [
    ...(made.model === now.model ? [] : ["another base model or adapter"]),
    ...(made.warmup === now.warmup ? [] : ["another warm-up"]),
    ...Object.entries(now.tasks).flatMap(([id, task]) => {
      const before = mapping(tasks[id]);
      const other = Object.entries(task).flatMap(([part, value]) => (before[part] === value ? [] : [part]));
      return other.length === 0 ? [] : [`another ${other.join(", ")} of task "${id}"`];
    }),
  ];
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
