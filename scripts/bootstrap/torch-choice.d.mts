export interface PipReport {
  readonly install: readonly { readonly metadata: { readonly name: string; readonly version: string } }[];
}
export type TorchChoice =
  | { readonly kind: "as-resolved" }
  | { readonly kind: "cpu-index"; readonly index: string; readonly refused: readonly string[] };
export const CPU_INDEX: string;
export function gpuPackages(report: PipReport): string[];
export function chooseTorch(report: PipReport, machine: { gpu: boolean; torchIndex?: string | undefined }): TorchChoice;
