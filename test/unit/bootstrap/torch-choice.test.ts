import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CPU_INDEX, chooseTorch, gpuPackages, type PipReport } from "../../../scripts/bootstrap/torch-choice.mjs";

const fixture = (name: string): PipReport =>
  JSON.parse(readFileSync(new URL(`../../fixtures/bootstrap/${name}.json`, import.meta.url), "utf8"));
const cuda = fixture("report-cuda");
const cpu = fixture("report-cpu");
const one = (name: string, version: string): PipReport => ({ install: [{ metadata: { name, version } }] });

describe("the choice of PyTorch", () => {
  it("takes PyTorch's CPU index when pip would pull CUDA onto a machine without a GPU", () => {
    const choice = chooseTorch(cuda, { gpu: false });
    expect(choice).toMatchObject({ kind: "cpu-index", index: CPU_INDEX });
  });

  it("names every refused package, however its name is spelt", () => {
    expect(gpuPackages(cuda)).toEqual([
      "cuda-bindings 13.1.1",
      "nvidia-cublas 13.10.0.20",
      "nvidia-cudnn-cu13 9.15.1.9",
      "nvidia-nccl-cu13 2.28.9",
      "nvidia-nvshmem-cu13 3.4.5",
      "triton 3.7.0",
    ]);
  });

  it("takes what pip found when nothing in it is for GPUs", () => {
    expect(chooseTorch(cpu, { gpu: false })).toEqual({ kind: "as-resolved" });
  });

  it("takes what pip found on a machine with a GPU", () => {
    expect(chooseTorch(cuda, { gpu: true })).toEqual({ kind: "as-resolved" });
  });

  it("refuses a torch wheel that is itself a CUDA or ROCm build", () => {
    expect(chooseTorch(one("torch", "2.13.0+cu130"), { gpu: false }).kind).toBe("cpu-index");
    expect(chooseTorch(one("torch", "2.13.0+rocm7.0"), { gpu: false }).kind).toBe("cpu-index");
    expect(chooseTorch(one("torch", "2.13.0+cpu"), { gpu: false }).kind).toBe("as-resolved");
  });

  it("asks the index of OMNI_TORCH_INDEX where it is set, and PyTorch's where it is empty", () => {
    const index = "https://mirror.example/cpu";
    expect(chooseTorch(cuda, { gpu: false, torchIndex: index })).toMatchObject({ index });
    expect(chooseTorch(cuda, { gpu: false, torchIndex: "" })).toMatchObject({ index: CPU_INDEX });
  });
});
