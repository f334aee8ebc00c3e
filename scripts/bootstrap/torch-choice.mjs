/** PyTorch's own index of CPU builds; OMNI_TORCH_INDEX overrides. */
export const CPU_INDEX = "https://download.pytorch.org/whl/cpu";

/** A package that is of use with an NVIDIA (or AMD) GPU only; names are normalised as in PEP 503. */
const GPU_ONLY = /^(nvidia-.*|cuda-.*|triton|pytorch-triton.*|cupy.*)$/;
const GPU_BUILD = /\+(cu\d+|rocm|xpu)/;

/** @param {string} name */
const normalised = (name) => name.toLowerCase().replace(/[-_.]+/g, "-");

/**
 * The packages of a pip report (`pip install --dry-run --report`) that a machine without a GPU must not get, as `name version`.
 * @param {{install: readonly {metadata: {name: string, version: string}}[]}} report
 * @returns {string[]}
 */
export function gpuPackages(report) {
  return report.install
    .map(({ metadata }) => ({ name: normalised(metadata.name), version: metadata.version }))
    .filter(({ name, version }) => GPU_ONLY.test(name) || (name === "torch" && GPU_BUILD.test(version)))
    .map(({ name, version }) => `${name} ${version}`)
    .sort();
}

/**
 * Which PyTorch to install. Pure: a function of what pip would install and of whether there is a GPU.
 * - `as-resolved`: take what pip found: there is a GPU, or nothing in it is for GPUs (a local or a CPU build).
 * - `cpu-index`: pip's default would pull GPU packages: take torch from PyTorch's CPU index.
 * @param {{install: readonly {metadata: {name: string, version: string}}[]}} report
 * @param {{gpu: boolean, torchIndex?: string | undefined}} machine
 * @returns {{kind: "as-resolved"} | {kind: "cpu-index", index: string, refused: string[]}}
 */
export function chooseTorch(report, machine) {
  const refused = machine.gpu ? [] : gpuPackages(report);
  if (refused.length === 0) return { kind: "as-resolved" };
  return { kind: "cpu-index", index: machine.torchIndex || CPU_INDEX, refused };
}
