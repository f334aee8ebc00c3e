import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDockerSandbox, type Sandbox } from "../../../src/sandbox/index.js";
import { docker, needDocker } from "./docker-here.js";

/** System calls by number (x86-64, aarch64), with arguments that would do no harm where they were let through. */
const calls: Readonly<Record<string, readonly [x64: number, arm64: number, ...args: number[]]>> = {
  io_uring_setup: [425, 425, 1, 0],
  ptrace: [101, 117, 0, 0, 0, 0],
  process_vm_readv: [310, 270, 1, 0, 0, 0, 0, 0],
  process_vm_writev: [311, 271, 1, 0, 0, 0, 0, 0],
  keyctl: [250, 219, 0, -3, 0],
  add_key: [248, 217, 0, 0, 0, 0],
  bpf: [321, 280, 0, 0, 0],
  userfaultfd: [323, 282, 0],
  mount: [165, 40, 0, 0, 0, 0, 0],
  umount2: [166, 39, 0, 0],
  pivot_root: [155, 41, 0, 0],
  chroot: [161, 51, 0],
  unshare: [272, 97, 0x10000000],
  setns: [308, 268, -1, 0],
  perf_event_open: [298, 241, 0, 0, -1, -1, 0],
  kexec_load: [246, 104, 0, 0, 0, 0],
  init_module: [175, 105, 0, 0, 0],
  open_by_handle_at: [304, 265, -1, 0, 0],
  name_to_handle_at: [303, 264, -1, 0, 0, 0, 0],
  pidfd_getfd: [438, 438, -1, 0, 0],
  kcmp: [312, 272, 1, 1, 0, 0, 0],
  fsopen: [430, 430, 0, 0],
  move_mount: [429, 429, -1, 0, -1, 0, 0],
  mbind: [237, 235, 0, 0, 0, 0, 0, 0],
  quotactl: [179, 60, 0, 0, 0, 0],
  reboot: [169, 142, 0, 0, 0, 0],
  swapon: [167, 224, 0, 0],
  acct: [163, 89, 0],
};

const probe = `
import ctypes, errno, os, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
column = 0 if platform.machine() == "x86_64" else 1
for name, call in CALLS.items():
    numbers, args = call[:2], call[2:]
    ctypes.set_errno(0)
    r = libc.syscall(ctypes.c_long(numbers[column]), *[ctypes.c_long(a) for a in args])
    e = ctypes.get_errno()
    if not (r == -1 and e in (errno.EPERM, errno.ENOSYS)): print("OPEN", name, r, errno.errorcode.get(e, e))
for family in (40, 38, 17, 16):  # vsock, alg, packet, netlink
    try:
        socket.socket(family, socket.SOCK_STREAM if family == 40 else socket.SOCK_SEQPACKET if family == 38 else socket.SOCK_RAW)
        print("OPEN family", family)
    except OSError as error:
        if error.errno not in (errno.EPERM,): print("OPEN family", family, error)
status = dict(l.split(":", 1) for l in open("/proc/self/status").read().splitlines() if ":" in l)
for cap in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
    if int(status[cap], 16): print("OPEN", cap, status[cap])
if status["NoNewPrivs"].strip() != "1": print("OPEN new privileges")
if status["Seccomp"].strip() != "2": print("OPEN seccomp")
if os.getuid() == 0 or os.getgid() == 0: print("OPEN root")
for line in open("/proc/net/dev").read().splitlines()[2:]:
    if line.split(":")[0].strip() not in ("lo", "tunl0", "sit0", "ip6tnl0"): print("OPEN interface", line)
for line in open("/proc/mounts"):
    device, place, kind, options = line.split()[:4]
    if kind != "proc" and place != "/tmp" and os.path.isdir(place):
        try:
            open(place + "/omni-probe", "w").close()
            print("OPEN mount", line)
        except OSError: pass
    if place == "/tmp" and not {"noexec", "nosuid", "nodev"} <= set(options.split(",")): print("OPEN tmp", options)
try:
    open("/tmp/x", "w").write("#!/bin/sh\\n"); os.chmod("/tmp/x", 0o700); os.execv("/tmp/x", ["x"]); print("OPEN exec")
except OSError as error:
    print("exec", errno.errorcode[error.errno])
`;

describe("docker sandbox: a program", () => {
  let opened: Sandbox | undefined;
  beforeAll(async () => {
    opened = docker.ok ? await openDockerSandbox({ concurrency: 1 }) : undefined;
  });
  afterAll(() => opened?.close());
  const output = async (code: string): Promise<string> => {
    const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "never this" }] } as const;
    const result = await opened?.run({ id: "probe", language: "python", code, tests });
    return `${result?.stdout ?? ""}${result?.stderr ?? ""}`;
  };

  it("meets a closed door at every system call, address family, capability, mount and interface", async (context) => {
    needDocker(context);
    const printed = await output(`CALLS = ${JSON.stringify(calls)}\n${probe}`);
    expect(printed).not.toContain("OPEN");
    expect(printed).toContain("exec EACCES");
    expect(printed).not.toContain("Traceback");
  });

  it("can neither signal nor read its supervisor, and cannot raise its limits", async (context) => {
    needDocker(context);
    const printed = await output(
      "import os, resource, signal\n" +
        "for s in range(1, 32):\n    try: os.kill(1, s)\n    except OSError as e: print('no', s)\n" +
        "for p in ('mem', 'environ', 'fd/0', 'fd/1', 'maps', 'root'):\n    try:\n        open('/proc/1/' + p, 'rb').read(1); print('OPEN', p)\n    except OSError: pass\n" +
        "try:\n    os.listdir('/proc/1/fd'); print('OPEN fd')\nexcept OSError: pass\n" +
        "try:\n    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 40, 1 << 40)); print('OPEN rlimit')\nexcept (OSError, ValueError): pass\n" +
        "print('alive')",
    );
    expect(printed).not.toContain("OPEN");
    expect(printed).toContain("alive");
  });

  it("sees no other program's processes, files or memory between two runs", async (context) => {
    needDocker(context);
    const leave =
      "import os, subprocess, sys\nopen('/tmp/left', 'w').write('x')\nsubprocess.Popen([sys.executable, '-c', 'while True: pass'], start_new_session=True)";
    await output(leave);
    const look = "import os\nprint(os.path.exists('/tmp/left'), len([p for p in os.listdir('/proc') if p.isdigit()]))";
    expect(await output(look)).toBe("False 2\n");
  });

  it("runs in a container that Docker itself shows as closed", async (context) => {
    needDocker(context);
    const api = new Docker();
    const running = output("import time\ntime.sleep(2)");
    const infos = await api.listContainers({ filters: { label: ["omni.sandbox=1"] } });
    const mine = infos.filter((info) => info.Labels["omni.owner"]?.includes(`/${process.pid}/`));
    expect(mine.length).toBeGreaterThan(0);
    const { HostConfig, Config } = await api.getContainer(mine[0]?.Id ?? "").inspect();
    expect(HostConfig).toMatchObject({ NetworkMode: "none", ReadonlyRootfs: true, IpcMode: "none", CapDrop: ["ALL"] });
    expect(HostConfig.MemorySwap).toBe(HostConfig.Memory);
    expect(HostConfig.LogConfig?.Type).toBe("none");
    expect(Config.User).not.toMatch(/^(0|root)?(:|$)/);
    await running;
  });
});
