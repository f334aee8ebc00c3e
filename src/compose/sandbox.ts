export {
  buildImage,
  type HostContainers,
  openSandbox,
  pruneContainers,
  sandboxContainers,
} from "../sandbox/index.js";
