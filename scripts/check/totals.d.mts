export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}
export function vitestTotals(text: string | undefined, ok: boolean): Totals;
export function pytestTotals(text: string | undefined, ok: boolean): Totals;
export function addTotals(all: readonly Totals[]): Totals;
