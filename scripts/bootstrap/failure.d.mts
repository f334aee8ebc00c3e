export class SetupFailure extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly exitCode: number;
  readonly detail: string;
}
export function explain(tool: string, output: string, exitCode: number | null): SetupFailure;
export function lastLines(text: string, count: number): string;
