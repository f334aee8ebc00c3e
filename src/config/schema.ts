import { z } from "zod";
import { headersSchema, querySchema } from "./judge-schema.js";
import { Secret } from "./secret.js";

const strict = <S extends z.core.$ZodLooseShape>(shape: S) => z.strictObject(shape).readonly();
const text = z.string().min(1);
const count = z.int().min(1).max(1_000_000_000);
const countOrZero = z.int().min(0).max(1_000_000_000);
const groupSize = z.int().min(2).max(4096);
const share = z.number().min(0).max(1);
const secret = (variable: string) => text.transform((value) => new Secret(value, variable));
const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "use 1 to 64 letters, digits, dots, dashes or underscores");

/** Task families that a config can name; programs bring others through the library. */
export const families = ["math", "code", "qa", "writing"] as const;

const modelSchema = strict({
  base: text,
  adapter: z.enum(["full", "lora"]).default("full"),
});

const engineSchema = strict({
  address: text.default("auto"),
  roles: z
    .array(z.enum(["sample", "train"]))
    .min(1)
    .readonly()
    .default(["sample", "train"]),
  tls: strict({ ca: text.exactOptional(), cert: text.exactOptional(), key: text.exactOptional() }).exactOptional(),
  token: secret("OMNI_ENGINE_TOKEN").exactOptional(),
  threads: count.exactOptional(),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const conditionSchema = strict({
  from: scalar.exactOptional(),
  to: scalar.exactOptional(),
  matches: text.exactOptional(),
  lacks: text.exactOptional(),
  most: count.exactOptional(),
});

const splitPart = z.union([z.number().min(0).lt(1), text], {
  error: "expected a share (0 ≤ share < 1) or the path of a file",
});

const dataSchema = strict({
  source: text,
  revision: text.exactOptional(),
  config: text.exactOptional(),
  file: text.exactOptional(),
  fields: z
    .record(
      z.string(),
      z.union([text, z.record(z.string(), z.unknown())], { error: "expected a dotted path or a mapping" }),
    )
    .readonly()
    .prefault({}),
  where: z
    .record(
      z.string(),
      z.union([scalar, z.array(scalar).readonly(), conditionSchema], {
        error: "expected a value, a list of values, or a mapping of from, to, matches, lacks, most",
      }),
    )
    .readonly()
    .prefault({}),
  limit: count.exactOptional(),
  stratify: z.boolean().exactOptional(),
  split: strict({ validation: splitPart.default(0.1), test: splitPart.default(0.1) }).prefault({}),
  maxPromptTokens: count.default(1024),
  style: z.enum(["full-text", "letter", "open"]).exactOptional(),
});

const promptSchema = strict({
  system: z.string().exactOptional(),
  template: text.exactOptional(),
  prefill: z.string().default(""),
});

/** What one task's evaluation does otherwise than the section `eval`. */
const taskEvalSchema = strict({
  items: count.exactOptional(),
  samples: count.exactOptional(),
  temperature: z.number().min(0).max(10).exactOptional(),
  maxTokens: count.exactOptional(),
});

/** How far an answer of a math task may be from a gold that is a decimal number. */
const toleranceSchema = z.union([z.literal("gold-digits"), strict({ relative: z.number().gt(0).lt(1) })], {
  error: "expected gold-digits, or { relative: r } with r more than 0 and less than 1",
});

const taskSchema = strict({
  id: identifier,
  family: z.enum(families),
  data: dataSchema,
  prompt: promptSchema.prefault({}),
  reward: z.record(z.string(), share).readonly().prefault({}),
  verifier: z.enum(["builtin", "math-verify"]).exactOptional(),
  compareVerifiers: z.boolean().exactOptional(),
  tolerance: toleranceSchema.exactOptional(),
  boxedOutside: z.boolean().exactOptional(),
  rubric: text.exactOptional(),
  klBeta: z.number().min(0).default(0),
  weight: z.number().gt(0).max(1_000_000).default(1),
  groupSize: groupSize.exactOptional(),
  temperature: z.number().gt(0).max(10).exactOptional(),
  maxTokens: count.exactOptional(),
  eval: taskEvalSchema.exactOptional(),
});

/** Where an order that was solved came from, as a run's own config keeps it. */
const settledSchema = strict({
  from: text,
  score: z.number(),
  gap: z.number(),
  verdict: z.enum(["order", "indifferent"]),
  reason: text,
  predicted: z.record(z.string(), z.number()).readonly(),
  differences: z.array(text).readonly().default([]),
});

/** What one stage of a curriculum does otherwise than its task and the section `train`. */
const stageSchema = strict({
  temperature: z.number().gt(0).max(10).exactOptional(),
  klBeta: z.number().min(0).exactOptional(),
  groupSize: groupSize.exactOptional(),
  maxTokens: count.exactOptional(),
  lr: z.number().min(0).exactOptional(),
  epochs: count.exactOptional(),
  maxUpdates: count.exactOptional(),
});

const scheduleSchema = z.discriminatedUnion("kind", [
  strict({ kind: z.literal("joint") }),
  strict({
    kind: z.literal("curriculum"),
    order: z.union([z.literal("auto"), z.array(z.string()).min(1).readonly()], {
      error: "expected a list of the task ids, or auto",
    }),
    stages: z.record(z.string(), stageSchema).readonly().exactOptional(),
    transfer: text.exactOptional(),
    acceptOther: z.boolean().exactOptional(),
    settled: settledSchema.exactOptional(),
  }),
  strict({ kind: z.literal("mixed"), ratios: z.record(z.string(), z.number().min(0)).readonly() }),
]);

const warmupSchema = strict({
  demonstrationsPerTask: count.default(16),
  batchSize: count.default(8),
  steps: count.default(8),
  lr: z.number().gt(0).default(5e-5),
  decay: z.enum(["none", "cosine"]).default("none"),
});

const trainSchema = strict({
  groupSize: groupSize.default(8),
  promptsPerUpdate: count.default(4),
  updatesPerRound: count.default(1),
  epochs: count.default(1),
  maxUpdates: countOrZero.nullable().default(null),
  lr: z.number().min(0).default(1e-5),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  eps: z.number().gt(0).default(1e-8),
  weightDecay: z.number().min(0).default(0),
  gradClip: z.number().gt(0).default(1),
  clipLow: z.number().gt(0).lt(1).default(0.2),
  clipHigh: z.number().gt(0).default(0.2),
  ratioLevel: z.enum(["token", "sequence"]).default("token"),
  aggregation: z.enum(["sequence_mean", "token_sum"]).default("sequence_mean"),
  temperature: z.number().gt(0).max(10).default(1),
  topP: z.number().gt(0).max(1).default(1),
  topK: countOrZero.default(0),
  maxTokens: count.default(96),
  truncated: z.enum(["score", "mask", "zero"]).default("score"),
  checkpointEvery: countOrZero.default(5),
});

const evalSchema = strict({
  every: countOrZero.default(0),
  stages: z.boolean().default(true),
  itemsPerTask: count.default(16),
  split: z.enum(["train", "validation", "test"]).default("validation"),
  samples: count.default(1),
  temperature: z.number().min(0).max(10).default(0),
  topP: z.number().gt(0).max(1).default(1),
  topK: countOrZero.default(0),
  maxTokens: count.default(96),
});

const judgeSchema = strict({
  baseUrl: z.url({ protocol: /^https?$/, error: "expected an http(s) address such as https://host/v1" }),
  model: text,
  apiKey: secret("OMNI_JUDGE_API_KEY").exactOptional(),
  headers: headersSchema.exactOptional(),
  query: querySchema.exactOptional(),
  temperature: z.number().min(0).max(2).nullable().default(0.4),
  systemRole: z.boolean().default(true),
  orders: z.enum(["one", "both"]).default("one"),
  maxConcurrency: z.int().min(1).max(1024).default(8),
  timeoutMs: z.int().min(1).max(3_600_000).default(60_000),
  maxRetries: z.int().min(0).max(100).default(4),
  maxTokens: count.default(4096),
  structuredOutput: z.enum(["auto", "json_schema", "json_object", "off"]).default("auto"),
  rubric: text.exactOptional(),
  requestsPerMinute: count.exactOptional(),
  tokensPerMinute: count.exactOptional(),
  deadlineMs: z.int().min(1).max(86_400_000).exactOptional(),
  prices: strict({ prompt: z.number().min(0), completion: z.number().min(0) }).exactOptional(),
  maxCostUsd: z.number().gt(0).exactOptional(),
  cache: text.default("auto"),
});

const limitsSchema = strict({
  cpuS: z.number().gt(0).exactOptional(),
  wallS: z.number().gt(0).exactOptional(),
  memoryMb: count.default(256),
  pids: count.default(64),
  diskMb: count.default(64),
  outputMb: count.default(4),
});

const sandboxHostSchema = strict({
  address: text.regex(/^(unix|tcp|ssh):\/\/./, "expected unix:///path, tcp://host:port or ssh://user@host"),
  tls: strict({ ca: text, cert: text, key: text }).exactOptional(),
  weight: z.number().gt(0).max(1000).default(1),
});

const sandboxSchema = strict({
  kind: z.enum(["auto", "docker", "embedded"]).default("auto"),
  concurrency: z.int().min(1).max(1024).default(2),
  image: text.default("python"),
  nodeImage: text.default("node"),
  hosts: z.array(sandboxHostSchema).min(1).readonly().exactOptional(),
  runtime: text.exactOptional(),
  usernsRemap: z.boolean().default(false),
  limits: limitsSchema.prefault({}),
});

const workersSchema = strict({
  local: z.int().min(0).max(256).default(1),
  listen: text.regex(/^tcp:\/\/.+:(\d+|\*)$/, "expected tcp://INTERFACE:PORT").exactOptional(),
  serverKeyFile: text.exactOptional(),
  memoryMb: z.int().min(128).max(1_000_000).default(512),
  deadlineMs: z.int().min(1).max(3_600_000).default(1_000),
});

const ordersSchema = strict({
  best: z.boolean().default(true),
  worst: z.boolean().default(true),
  random: countOrZero.default(0),
  all: z.boolean().default(false),
  list: z.array(z.array(z.string()).min(1).readonly()).readonly().default([]),
});

/** What `omni experiment` compares: single-task runs always, the rest as asked. */
const experimentSchema = strict({
  seeds: z.array(z.int().min(0).max(0xffff_ffff)).min(1).readonly().exactOptional(),
  updatesPerStage: count.exactOptional(),
  orders: ordersSchema.prefault({}),
  joint: z.boolean().default(true),
  sft: strict({
    samples: count.default(128),
    keepPerPrompt: count.exactOptional(),
    batchSize: count.default(128),
    steps: count,
    lr: z.number().gt(0).default(2.5e-6),
  }).exactOptional(),
  merge: strict({
    density: z.number().gt(0).max(1).default(0.2),
    lambda: z.number().gt(0).default(1),
  }).exactOptional(),
  temperatures: z
    .array(strict({ task: text, values: z.array(z.number().gt(0).max(10)).min(1).readonly() }))
    .readonly()
    .default([]),
  formats: strict({
    task: text,
    styles: z
      .array(z.enum(["full-text", "letter", "open"]))
      .min(2)
      .readonly()
      .default(["full-text", "letter"]),
  }).exactOptional(),
  references: strict({
    task: text,
    fields: z.record(identifier, text).readonly(),
  }).exactOptional(),
});

const runSchema = strict({ folder: text.default("runs") });

/** The config as users write it; parsing fills the defaults in. Cross-field rules are in rules.ts. */
export const configSchema = strict({
  version: z.literal(1),
  name: identifier.exactOptional(),
  seed: z.int().min(0).max(0xffff_ffff).default(0),
  model: modelSchema,
  engines: z.array(engineSchema).min(1).readonly().prefault([{}]),
  tasks: z.array(taskSchema).readonly().prefault([]),
  schedule: scheduleSchema.prefault({ kind: "joint" }),
  warmup: warmupSchema.exactOptional(),
  train: trainSchema.prefault({}),
  eval: evalSchema.prefault({}),
  judge: judgeSchema.exactOptional(),
  sandbox: sandboxSchema.prefault({}),
  workers: workersSchema.prefault({}),
  experiment: experimentSchema.exactOptional(),
  run: runSchema.prefault({}),
});

/** A whole config, defaults filled in, paths absolute once loaded from a file. */
export type OmniConfig = z.output<typeof configSchema>;
/** What {@link OmniConfig} is resolved from: the same shape with everything that has a default optional. */
export type OmniConfigInput = z.input<typeof configSchema>;
export type ModelConfig = OmniConfig["model"];
export type EngineConfig = OmniConfig["engines"][number];
export type TaskConfig = OmniConfig["tasks"][number];
export type DataConfig = TaskConfig["data"];
export type PromptConfig = TaskConfig["prompt"];
export type ScheduleConfig = OmniConfig["schedule"];
export type CurriculumConfig = Extract<ScheduleConfig, { kind: "curriculum" }>;
export type StageConfig = z.output<typeof stageSchema>;
export type SettledOrder = z.output<typeof settledSchema>;
export type WarmupConfig = z.output<typeof warmupSchema>;
export type TrainConfig = OmniConfig["train"];
export type EvalConfig = OmniConfig["eval"];
export type JudgeConfig = z.output<typeof judgeSchema>;
export type ExperimentConfig = z.output<typeof experimentSchema>;
export type SandboxConfig = OmniConfig["sandbox"];
export type WorkersConfig = OmniConfig["workers"];
export type TaskFamily = (typeof families)[number];
