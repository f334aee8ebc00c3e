export {
  type AttackResult,
  type BenchPart,
  type BenchResult,
  benchSandbox,
  buildImage,
  containersOfThisProcess,
  type HostContainers,
  openSandbox,
  pruneContainers,
  sandboxContainers,
  selfCheck,
} from "../sandbox/index.js";
