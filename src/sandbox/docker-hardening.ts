import type { ContainerCreateOptions } from "dockerode";
import { assetText } from "./assets.js";
import type { SandboxLimits } from "./sandbox.js";

/** Memory for the supervisor beside the program's own, MB. */
const supervisorMb = 32;
/** A user that exists on no usual host. */
const nobody = "10001:10001";

/** How one container of a sandbox is made. */
export interface ContainerPlan {
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly limits: SandboxLimits;
  /** Another runtime than the daemon's usual one, such as `runsc`. */
  readonly runtime?: string;
}

/**
 * The whole hardening in one place: no network, read-only root, one small tmpfs without execution, no capability, no new
 * privilege, our own seccomp profile, a user of its own, bounded memory without swap, processes, processor and files,
 * no IPC shared with others, no log; the container is removed by the daemon when it ends. The supervisor is its init.
 */
export function containerOptions({ image, labels, limits, runtime }: ContainerPlan): ContainerCreateOptions {
  const memory = (limits.memoryMb + supervisorMb) * 1024 * 1024;
  return {
    Image: image,
    Entrypoint: ["python3", "-s", "-c", supervisor()],
    Cmd: [],
    Env: ["LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0"],
    User: nobody,
    WorkingDir: "/tmp",
    Hostname: "sandbox",
    Labels: { ...labels },
    // Beside NetworkMode: without it Docker sets up a network that has nothing in it, which takes half of a container's start.
    NetworkDisabled: true,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    // A daemon that shuts down must not wait for a supervisor that hears no SIGTERM.
    StopSignal: "SIGKILL",
    StopTimeout: 1,
    HostConfig: {
      AutoRemove: true,
      ...(runtime === undefined ? {} : { Runtime: runtime }),
      NetworkMode: "none",
      IpcMode: "none",
      ReadonlyRootfs: true,
      Tmpfs: {
        "/tmp": `rw,noexec,nosuid,nodev,size=${limits.diskMb}m,nr_inodes=4096,mode=1777`,
        // What multiprocessing's locks, queues and shared memory are made of.
        "/dev/shm": `rw,noexec,nosuid,nodev,size=${limits.diskMb}m,nr_inodes=256,mode=1777`,
      },
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true", `seccomp=${seccompProfile()}`],
      Memory: memory,
      MemorySwap: memory,
      // The supervisor, and one for its own cleaning process.
      PidsLimit: limits.pids + 2,
      NanoCpus: 1_000_000_000,
      Ulimits: [
        { Name: "nofile", Soft: 256, Hard: 256 },
        { Name: "core", Soft: 0, Hard: 0 },
        { Name: "msgqueue", Soft: 0, Hard: 0 },
      ],
      LogConfig: { Type: "none", Config: {} },
      RestartPolicy: { Name: "no" },
      Privileged: false,
    },
  };
}

const supervisor = once(() => assetText("sandbox/supervisor.py"));
const seccompProfile = once(() => JSON.stringify(JSON.parse(assetText("seccomp.json"))));

/** Read when first asked for: thousands of containers need the same text. */
function once(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
