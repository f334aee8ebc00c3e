export { type BenchOptions, type BenchPart, type BenchResult, benchSandbox } from "./bench/bench.js";
export type { DockerHostOptions } from "./docker-address.js";
export {
  buildImage,
  containersOfThisProcess,
  type HostContainers,
  type ImageBuild,
  pruneContainers,
  sandboxContainers,
} from "./docker-admin.js";
export { checkDocker, type DockerCheck, pythonImage } from "./docker-daemon.js";
export { type DockerSandboxOptions, openDockerSandbox } from "./docker-sandbox.js";
export { type EmbeddedSandboxOptions, openEmbeddedSandbox } from "./embedded-sandbox.js";
export { type OpenSandboxOptions, openSandbox } from "./open-sandbox.js";
export { type ImagePackage, type ImagePackages, imagePackages } from "./packages.js";
export * from "./sandbox.js";
export { type AttackResult, selfCheck } from "./self-check.js";
