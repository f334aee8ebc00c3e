/** What a step's wall time is spent on. `other` = the engine was not asked and no reward was pending. */
export type Activity = "generate" | "score" | "update" | "evaluate" | "save" | "other";

/** Seconds an activity, adding up to the wall time. */
export type TimeShares = Readonly<Record<Activity, number>>;

/** When several run at once, the wall time goes to the first of these that does. */
const precedence: readonly Activity[] = ["evaluate", "save", "update", "generate", "score"];

/** Splits wall time between overlapping activities. */
export interface TimeSplit {
  /** Marks the activity as running until the promise settles. */
  during<T>(activity: Activity, work: Promise<T>): Promise<T>;
  /** Shares since the last `take`, which starts anew. */
  take(): TimeShares;
}

/** @param now clock in milliseconds */
export function timeSplit(now: () => number = () => performance.now()): TimeSplit {
  const running = new Map<Activity, number>();
  let shares = emptyShares();
  let last = now();
  const settle = () => {
    const at = now();
    const activity = precedence.find((candidate) => (running.get(candidate) ?? 0) > 0) ?? "other";
    shares[activity] += (at - last) / 1000;
    last = at;
  };
  const change = (activity: Activity, by: number) => {
    settle();
    running.set(activity, (running.get(activity) ?? 0) + by);
  };
  return {
    during: async (activity, work) => {
      change(activity, 1);
      try {
        return await work;
      } finally {
        change(activity, -1);
      }
    },
    take: () => {
      settle();
      const taken = shares;
      shares = emptyShares();
      return taken;
    },
  };
}

function emptyShares(): Record<Activity, number> {
  return { generate: 0, score: 0, update: 0, evaluate: 0, save: 0, other: 0 };
}
