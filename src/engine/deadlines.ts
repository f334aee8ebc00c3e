const minute = 60_000;

/** How long each kind of call may take before it fails with `deadline_exceeded`; milliseconds. */
export interface Deadlines {
  /** Finding a live engine behind an address, attempts and waits together. */
  readonly connectMs: number;
  readonly capabilitiesMs: number;
  /** Short questions; they may wait in the engine behind a running batch. */
  readonly queryMs: number;
  /** A whole Generate call. */
  readonly generateMs: number;
  /** The longest silence between two rollouts of a Generate call. */
  readonly generateIdleMs: number;
  readonly scoreMs: number;
  readonly forwardBackwardMs: number;
  readonly optimStepMs: number;
  /** May download weights. */
  readonly loadModelMs: number;
  /** Save, Load, Export and Merge. */
  readonly checkpointMs: number;
}

/** Bounds that a healthy engine never meets; what matters is that nothing waits for ever. */
export const DEADLINES: Deadlines = {
  connectMs: 10_000,
  capabilitiesMs: 10_000,
  queryMs: 10 * minute,
  generateMs: 6 * 60 * minute,
  generateIdleMs: 30 * minute,
  scoreMs: 30 * minute,
  forwardBackwardMs: 60 * minute,
  optimStepMs: 10 * minute,
  loadModelMs: 60 * minute,
  checkpointMs: 30 * minute,
};
