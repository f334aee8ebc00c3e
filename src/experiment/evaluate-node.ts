import { evaluateAt, type LoadedTask, type RunContext } from "../train/index.js";
import type { Lab } from "./lab.js";
import type { NodeEvaluation } from "./node.js";

/** Evaluates a node's weights as asked; a point that its store has costs nothing. */
export async function evaluateNode(
  lab: Lab,
  run: RunContext,
  evaluation: NodeEvaluation,
  weightsVersion: number,
): Promise<void> {
  const { point, split, tasks, temperature, forEntropy } = evaluation;
  const asked = lab.tasks.filter(({ task }) => tasks.includes(task.id));
  const settings = { ...run.config.eval, split, ...(temperature === undefined ? {} : at(temperature)) };
  const config = { ...run.config, eval: forEntropy ? { ...settings, ...plainSampling } : settings };
  const changed = asked.map((one) => (forEntropy ? sampledForEntropy(one) : evaluatedAt(one, temperature)));
  await evaluateAt({ ...run, tasks: changed, config }, point, weightsVersion);
}

const plainSampling = { samples: 1, temperature: 1, topP: 1, topK: 0 };

/** Sampled as {@link plainSampling} whatever the task says, and scored by nothing: an entropy needs no sandbox or judge. */
function sampledForEntropy({ task, splits }: LoadedTask): LoadedTask {
  const settings = { ...task.settings, eval: { ...task.settings.eval, samples: 1, temperature: 1 } };
  return { task: { ...task, settings, reward: unscored(task.reward) }, splits };
}

type Reward = LoadedTask["task"]["reward"];

const unscored = ({ primary, components }: Reward): Reward => ({
  primary,
  components,
  score: () => Promise.resolve({ total: null, primary, components: {} }),
});

/** A temperature asked of an evaluation wins over the task's own. */
function evaluatedAt({ task, splits }: LoadedTask, temperature: number | undefined): LoadedTask {
  if (temperature === undefined) return { task, splits };
  return {
    task: { ...task, settings: { ...task.settings, eval: { ...task.settings.eval, ...at(temperature) } } },
    splits,
  };
}

/** Greedy samples of an item are all alike, so one is enough. */
const at = (temperature: number) => (temperature === 0 ? { temperature, samples: 1 } : { temperature });
