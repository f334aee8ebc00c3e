import type { WarmupConfig } from "../config/index.js";

/** Share of the steps over which a cosine warm-up first rises. */
const ramp = 0.05;

/** Factor of the learning rate after this share of the steps. */
export function cosine(share: number): number {
  return (1 + Math.cos(Math.PI * share)) / 2;
}

/**
 * Learning rate of step `at` (from 0) of the warm-up: constant, or a linear rise over the first 5 % of the steps under a
 * cosine that falls to 0 (Loshchilov & Hutter 2017, without restarts).
 */
export function warmUpRate({ lr, steps, decay }: WarmupConfig, at: number): number {
  if (decay === "none") return lr;
  return lr * Math.min(1, (at + 1) / (ramp * steps)) * cosine(at / steps);
}
