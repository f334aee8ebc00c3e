export {
  type AttackResult,
  type BenchResult,
  benchSandbox,
  buildImage,
  type HostContainers,
  openSandbox,
  pruneContainers,
  sandboxContainers,
  selfCheck,
} from "../sandbox/index.js";
