import { join } from "node:path";
import { OmniError } from "../core/index.js";
import { eventLine } from "./event-line.js";
import type { RunEvent } from "./events.js";
import { type MetricsFile, openMetricsFile } from "./metrics-file.js";
import { PanelState } from "./panel.js";
import { openRunLog, type RunLog } from "./run-log.js";
import { Screen, type TextOutput } from "./screen.js";
import { TimeLeft } from "./time-left.js";

/** Takes the events of one run to where people and machines see them. Never throws: a run does not end for its log. */
export interface Telemetry {
  readonly onEvent: (event: RunEvent) => void;
  /** Draws the last state and closes files; idempotent. */
  close(): void;
}

/** Settings of {@link openTelemetry}. */
export interface TelemetryOptions {
  readonly stderr: TextOutput;
  /** A live panel, or one line an event. Default: whether `stderr` is a terminal. */
  readonly tty?: boolean;
  /** Where metrics.jsonl and log.jsonl go. Default: the folder that `run_started` names. */
  readonly runDir?: string;
}

/** Redraws at most this often. */
const redrawMs = 100;

/** Opens the telemetry of a run: metrics.jsonl, log.jsonl, and a panel (terminal) or `key=value` lines (elsewhere). */
export function openTelemetry(options: TelemetryOptions): Telemetry {
  const viewer =
    (options.tty ?? options.stderr.isTTY === true) ? panelViewer(options.stderr) : lineViewer(options.stderr);
  const files = new RunFiles((message) => viewer.show({ kind: "notice", level: "warn", message }));
  if (options.runDir !== undefined) files.open(options.runDir);
  return {
    onEvent: (event) => {
      if (event.kind === "run_started") files.open(event.runDir);
      files.record(event);
      viewer.show(event);
    },
    close: () => {
      viewer.close();
      files.close();
    },
  };
}

/** Events kept until the run's folder is known. */
const maxEarly = 100;

interface Viewer {
  show(event: RunEvent): void;
  close(): void;
}

function lineViewer(output: TextOutput): Viewer {
  const left = new TimeLeft();
  return {
    show: (event) => {
      if (event.kind === "step_committed") left.add(event.metrics);
      const remaining = event.kind === "step_committed" ? event.totalSteps - event.metrics.position - 1 : 0;
      const line = eventLine(event, event.kind === "step_committed" ? left.estimate(remaining) : undefined);
      if (line !== undefined) output.write(`${line}\n`);
    },
    close: () => undefined,
  };
}

function panelViewer(output: TextOutput): Viewer {
  const state = new PanelState();
  const screen = new Screen(output);
  let drawnAt = 0;
  // Some terminals say 0.
  const lines = () => state.lines(output.columns || 80);
  return {
    show: (event) => {
      state.apply(event);
      if (event.kind === "notice" && event.level === "warn") screen.print(eventLine(event) ?? "", lines());
      const live = event.kind === "rollout_progress";
      if (live && Date.now() - drawnAt < redrawMs) return;
      drawnAt = Date.now();
      screen.draw(lines());
    },
    close: () => screen.draw(lines()),
  };
}

/** The run folder's files; the first failure is told once and ends the writing, not the run. */
class RunFiles {
  #metrics: MetricsFile | undefined;
  #log: RunLog | undefined;
  #early: { readonly event: RunEvent; readonly at: Date }[] = [];
  #failed = false;

  constructor(private readonly tell: (message: string) => void) {}

  open(runDir: string): void {
    if (this.#log !== undefined || this.#failed) return;
    this.#guarded(runDir, () => {
      this.#metrics = openMetricsFile(join(runDir, "metrics.jsonl"));
      this.#log = openRunLog(join(runDir, "log.jsonl"));
      for (const { event, at } of this.#early.splice(0)) this.#log.record(event, at);
    });
  }

  record(event: RunEvent): void {
    if (this.#failed) return;
    if (this.#log === undefined && this.#early.length < maxEarly) this.#early.push({ event, at: new Date() });
    this.#guarded("log", () => {
      this.#metrics?.record(event);
      this.#log?.record(event);
    });
  }

  close(): void {
    this.#guarded("log", () => this.#log?.close());
    this.#log = undefined;
    this.#failed = true;
  }

  #guarded(place: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed = true;
      const reason = OmniError.from(error).message;
      this.tell(`${place}: metrics.jsonl and log.jsonl are not written any more (${reason}); run.db has every step`);
    }
  }
}
