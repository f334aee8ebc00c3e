/** The config that `omni init` writes; `data` is the folder of the data sets that ship with the package. */
export function starterConfig(name: string, data: string): string {
  return `# A run of omni-thinker: omni plan omni.yaml, then omni train omni.yaml
# \${NAME} in a value is taken from the environment. Every value can be overridden: --set train.lr=1e-6
version: 1
name: ${name} # run ids start with it
seed: 0

# A built-in name (smollm2-135m-instruct, nano), or a hub id.
model: { base: smollm2-135m-instruct }

# The embedded server is started and ended with the run. A server elsewhere: host:port or unix:/path, and a token.
engines:
  - address: auto
    # token: "\${ENGINE_TOKEN}"

# A task is a data set of prompts and a reward. source: .jsonl, .csv, .parquet, a folder of those (relative to this
# file), or hub:org/name. fields: our name on the left, the data's on the right (a dotted path).
tasks:
  - id: math
    family: math # math | code | qa | writing
    data:
      source: ${JSON.stringify(`${data}/math.jsonl`)}
      fields: { question: problem, answer: answer, demonstration: demo }
      # where: { level: easy } # keep rows whose field equals
      # limit: 200             # a seeded sample
      split: { validation: 0.1, test: 0.1 }
    reward: { math: 1, format: 0.1, tags: 0.1 } # weights, 0 … 1
    # klBeta: 0.01     # above 0 a reference model is kept
    # maxTokens: 128   # instead of train's
  - id: qa
    family: qa
    data:
      source: ${JSON.stringify(`${data}/qa.jsonl`)}
      fields: { question: question, answer: answer, distractors: distractors, demonstration: demo }

# joint: all tasks in every batch. curriculum: one after the other, { kind: curriculum, order: [math, qa] }.
# mixed: by share, { kind: mixed, ratios: { math: 0.7, qa: 0.3 } }.
schedule: { kind: joint }

# A short fine-tuning on the data's demonstrations, so that the model knows the answer format. Leave it out for none.
warmup: { demonstrationsPerTask: 16, batchSize: 8, steps: 8, lr: 5e-5 }

train:
  groupSize: 4        # rollouts a prompt
  promptsPerUpdate: 8
  maxUpdates: 12      # null: every item, epochs times
  lr: 5e-6
  temperature: 1
  maxTokens: 96
  checkpointEvery: 5

# Before, after the warm-up and at the end; every: N also after each N updates.
eval: { every: 0, itemsPerTask: 16, split: validation }

# Writing tasks are judged by a model. Without this section the frozen base model judges, for trying out only.
# judge: { baseUrl: https://api.openai.com/v1, model: gpt-4.1-mini, apiKey: "\${OPENAI_API_KEY}" }

# Where programs of code tasks run: docker, embedded (not for untrusted code), or auto: docker where it answers.
sandbox: { kind: auto }

run: { folder: runs } # relative to the working directory
`;
}
