export {
  type AttackResult,
  buildImage,
  type HostContainers,
  openSandbox,
  pruneContainers,
  sandboxContainers,
  selfCheck,
} from "../sandbox/index.js";
