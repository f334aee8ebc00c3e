/** What an accuracy of 100 % is written as: 100, or 1. */
export type Scale = "percent" | "fraction";

/** Accuracies as a transfer file has them, in task order. */
export interface Accuracies {
  readonly base: readonly number[];
  readonly single: readonly number[];
  /** Key of a task's single-task accuracy. */
  readonly singleKey: (i: number) => string;
  /** [evaluated][trained]; undefined where the file has log ratios instead. */
  readonly after: readonly (readonly number[])[] | undefined;
}

/** Percent and fractions are told apart only by size, so only what cannot be the scale that is said is wrong. */
export function wrongScaleOf(scale: Scale, { base, single, after }: Accuracies): string | undefined {
  const greatest = Math.max(...base, ...single, ...(after?.flat() ?? []));
  if (scale === "fraction") {
    return greatest > 1 ? `says "fraction", but ${greatest} is above 1; say "percent"` : undefined;
  }
  if (greatest > 100) return `says "percent", but ${greatest} is above 100`;
  if (greatest > 0 && greatest <= 1)
    return `says "percent", but no accuracy is above 1 %; say "fraction" if they are shares`;
  return undefined;
}

/** A percentage of at most 1 may be a fraction where the same task has this many times as much elsewhere. */
const doubtfulRatio = 20;
const mostNamed = 4;

/** Fractions in one place and percent in another cannot be told for sure, so they are asked about. */
export function mixedScaleOf(scale: Scale, tasks: readonly string[], raw: Accuracies): string | undefined {
  if (scale !== "percent") return undefined;
  const doubtful = tasks.flatMap((task, i) => {
    const single = [{ key: raw.singleKey(i), value: raw.single[i] ?? 0 }];
    const after = raw.after?.[i]?.map((value, j) => ({ key: `after.${tasks[j]}.${task}`, value })) ?? single;
    const cells = [{ key: `base.${task}`, value: raw.base[i] ?? 0 }, ...after];
    const greatest = Math.max(...cells.map(({ value }) => value));
    return cells.filter(({ value }) => value > 0 && value <= 1 && doubtfulRatio * value <= greatest);
  });
  if (doubtful.length === 0) return undefined;
  const named = doubtful.slice(0, mostNamed).map(({ key }) => key);
  const others = doubtful.length > mostNamed ? ` and ${doubtful.length - mostNamed} more` : "";
  return `at most 1 % stands at ${named.join(", ")}${others}, and much more elsewhere for the same task: fractions among percent?`;
}
