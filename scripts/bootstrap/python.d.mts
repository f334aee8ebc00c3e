export interface Python {
  readonly command: string;
  readonly path: string;
  readonly major: number;
  readonly minor: number;
  readonly missing: readonly string[];
}
export function findPython(env?: NodeJS.ProcessEnv): Promise<Python>;
