import type { OmniConfig, TaskConfig } from "../config/index.js";

/** Id of a qa task asked and trained in another answer format. */
export function formatTaskId(task: string, style: string): string {
  return `${task}--${style}`;
}

/** Id of a writing task judged against another reference. */
export function referenceTaskId(task: string, name: string): string {
  return `${task}--vs-${name}`;
}

/** The config's own task that this is a variant of, or is. */
export function ownTaskId({ tasks }: OmniConfig, id: string): string {
  return tasks.some((task) => task.id === id) ? id : id.slice(0, Math.max(0, id.lastIndexOf("--")));
}

/** The config with the tasks that its ablations ask for beside its own. */
export function withVariantTasks(config: OmniConfig): OmniConfig {
  const { formats, references } = config.experiment ?? {};
  const styles = (formats?.styles ?? []).flatMap((style) =>
    ofTask(config, formats?.task).map(({ id, ...task }) => ({
      ...task,
      id: formatTaskId(id, style),
      data: { ...task.data, style },
    })),
  );
  const judged = Object.entries(references?.fields ?? {}).flatMap(([name, path]) =>
    ofTask(config, references?.task).map(({ id, ...task }) => ({
      ...task,
      id: referenceTaskId(id, name),
      data: { ...task.data, fields: { ...task.data.fields, reference: path } },
    })),
  );
  return { ...config, tasks: [...config.tasks, ...styles, ...judged] };
}

const ofTask = ({ tasks }: OmniConfig, id: string | undefined): readonly TaskConfig[] =>
  tasks.filter((task) => task.id === id);
