import type { RunEvent, StepMetrics, TaskStatistics } from "./events.js";
import { oneLine, stripControl } from "./strip-control.js";
import { showSeconds, TimeLeft } from "./time-left.js";

/** What the panel shows; a pure function of the events so far makes its lines. */
export class PanelState {
  readonly #left = new TimeLeft();
  readonly #seconds = new Map<string, number>();
  readonly #tasks = new Map<string, TaskStatistics>();
  #runId = "";
  #stage = "starting";
  #done = 0;
  #total = 0;
  #doing = "loading data and model";
  #waiting = "";

  /** Takes the event in. */
  apply(event: RunEvent): void {
    if (event.kind !== "waiting") this.#waiting = "";
    switch (event.kind) {
      case "run_started":
        this.#runId = event.runId;
        this.#total = event.totalSteps;
        this.#done = event.resumedAt;
        break;
      case "stage_started":
        this.#stage = event.stage;
        break;
      case "rollout_progress":
        this.#doing = `${event.of}: ${event.done} of ${event.total} rollouts`;
        break;
      case "waiting":
        this.#waiting = `waiting for ${event.what}, ${showSeconds(event.seconds)}`;
        break;
      case "step_committed":
        this.#applyStep(event.metrics, event.totalSteps);
        break;
      case "eval_finished":
        for (const [taskId, task] of Object.entries(event.tasks)) this.#tasks.set(taskId, task);
        break;
      case "run_finished":
        this.#doing = event.status;
        break;
      case "notice":
        this.#doing = event.message;
        break;
      case "checkpoint_saved":
        this.#doing = `saved ${event.name}`;
        break;
    }
  }

  #applyStep(metrics: StepMetrics, totalSteps: number): void {
    this.#left.add(metrics);
    this.#stage = metrics.stage;
    this.#done = metrics.position + 1;
    this.#total = totalSteps;
    this.#doing = `step ${this.#done} done`;
    for (const [taskId, task] of Object.entries(metrics.tasks)) this.#tasks.set(taskId, task);
    for (const [name, spent] of Object.entries(metrics.seconds)) {
      this.#seconds.set(name, (this.#seconds.get(name) ?? 0) + spent);
    }
  }

  /** Lines of at most `columns` characters. */
  lines(columns: number): string[] {
    const width = Math.max(20, columns - 1);
    const rows = [this.#headLine(), ...this.#taskLines(), this.#timeLine(), `  ${this.#waiting || this.#doing}`];
    return rows.filter(Boolean).map((row) => cut(row, width));
  }

  #headLine(): string {
    const share = this.#total === 0 ? 0 : this.#done / this.#total;
    const bar = "█".repeat(Math.round(share * 20)).padEnd(20, "░");
    const left = this.#left.estimate(this.#total - this.#done);
    const eta = left === undefined || this.#done >= this.#total ? "" : ` · about ${showSeconds(left)} left`;
    return `${this.#runId || "omni"} · ${this.#stage} · step ${this.#done} of ${this.#total} ${bar}${eta}`;
  }

  #taskLines(): string[] {
    const nameWidth = Math.max(0, ...[...this.#tasks.keys()].map((taskId) => oneLine(taskId).length));
    return [...this.#tasks].map(([taskId, task]) => {
      const parts = Object.entries(task.components).map(([name, value]) => `${oneLine(name)} ${score(value)}`);
      return `  ${oneLine(taskId).padEnd(nameWidth)}  reward ${score(task.reward)}  ${parts.join("  ")}`.trimEnd();
    });
  }

  #timeLine(): string {
    const total = [...this.#seconds.values()].reduce((sum, spent) => sum + spent, 0);
    if (total === 0) return "";
    const shares = [...this.#seconds].filter(([, spent]) => spent > 0);
    return `  time: ${shares.map(([name, spent]) => `${name} ${Math.round((100 * spent) / total)} %`).join(" · ")}`;
  }
}

const score = (value: number | null) => (value === null ? "  – " : value.toFixed(2));

function cut(text: string, width: number): string {
  const line = stripControl(text).replaceAll(/[\n\t]/g, " ");
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
