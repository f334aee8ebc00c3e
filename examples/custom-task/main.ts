// A task and a reward of one's own, trained by the same loop that `omni train` runs. Run it with: npm run example
import { defineReward, defineTask, resolveConfig, trainRun } from "omni-thinker";

const shouting = defineReward("shouting", ({ answer }) => {
  const letters = [...(answer ?? "")].filter((letter) => /[a-z]/i.test(letter));
  return letters.length === 0 ? 0 : letters.filter((letter) => letter === letter.toUpperCase()).length / letters.length;
});

const words = "river lamp stone bird cloud paper garden clock bridge apple boat wind".split(" ");
const task = defineTask({
  id: "shout",
  items: words.map((word) => ({
    question: `Shout the word ${word}. Answer inside <answer></answer> after <think></think>.`,
    demonstration: `<think>loud</think><answer>${word.toUpperCase()}</answer>`,
  })),
  reward: shouting,
  split: { validation: 0.25, test: 0 },
});

const config = resolveConfig({
  version: 1,
  model: { base: process.env.MODEL ?? "nano" },
  warmup: { demonstrationsPerTask: 8, batchSize: 4, steps: 4, lr: 3e-3 },
  train: { groupSize: 4, promptsPerUpdate: 2, maxUpdates: 2, lr: 1e-3, maxTokens: 48 },
  eval: { itemsPerTask: 1, maxTokens: 48 },
});

const summary = await trainRun({
  config,
  tasks: [task],
  onEvent: (event) => {
    if (event.kind === "step_committed") console.error(`step ${event.metrics.position + 1} of ${event.totalSteps}`);
  },
});
console.log(summary.report);
