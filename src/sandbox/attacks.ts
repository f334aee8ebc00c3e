import type { SandboxLimits, Verdict } from "./sandbox.js";

/** A program that tries one way out. */
export interface Attack {
  /** What it tries, in words. */
  readonly name: string;
  readonly code: string;
  /** Verdicts that show it contained. A program that finds its door closed prints `contained`, which passes. */
  readonly contained: readonly Verdict[];
  readonly limits?: Partial<SandboxLimits>;
}

const passes: readonly Verdict[] = ["passed"];

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
  syslog: [103, 116, 3, 0, 0],
  clock_settime: [227, 112, 0, 0],
  sethostname: [170, 161, 0, 0],
};

function systemCall(name: string, [x64, arm64, ...args]: readonly [number, number, ...number[]]): Attack {
  const code = `
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
number = ${x64} if platform.machine() == "x86_64" else ${arm64}
result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) for a in ${JSON.stringify(args)}])
error = ctypes.get_errno()
print("contained" if result == -1 and error in (errno.EPERM, errno.ENOSYS) else "OPEN %d %s" % (result, errno.errorcode.get(error)))
`;
  return { name: `system call ${name}`, code, contained: passes };
}

const families = { vsock: [40, 1], alg: [38, 5], packet: [17, 3], netlink: [16, 3] } as const;

function addressFamily(name: string, [family, type]: readonly [number, number]): Attack {
  const code = `
import errno, socket
try:
    socket.socket(${family}, ${type})
    print("OPEN")
except OSError as error:
    print("contained" if error.errno == errno.EPERM else "OPEN %s" % error)
`;
  return { name: `socket of family ${name}`, code, contained: passes };
}

/** Python lines each of which must raise OSError. */
function refused(name: string, ...attempts: readonly string[]): Attack {
  const code = `
import os, resource, signal, socket, stat, sys, time
found = []
for attempt in ${JSON.stringify(attempts)}:
    try:
        exec(attempt)
        found.append(attempt)
    except (OSError, ValueError):
        pass
print("OPEN %s" % found if found else "contained")
`;
  return { name, code, contained: passes };
}

/** A program that prints what it found, nothing when contained. */
function search(name: string, code: string, limits: Partial<SandboxLimits> = {}): Attack {
  const whole = `import os, sys\nfound = []\n${code}\nprint("OPEN %s" % found if found else "contained")\n`;
  return { name, code: whole, contained: passes, limits };
}

const writable = ["/", "/etc", "/usr", "/usr/lib", "/var", "/root", "/home", "/dev", "/run", "/sys", "/opt"];

const doors: readonly Attack[] = [
  refused("write outside /tmp and /dev/shm", ...writable.map((place) => `open("${place}/omni-probe", "w").write("x")`)),
  refused(
    "change the kernel's settings",
    ...["kernel/core_pattern", "kernel/hostname", "vm/overcommit_memory", "kernel/modprobe"].map(
      (name) => `open("/proc/sys/${name}", "w").write("x")`,
    ),
    'open("/proc/sysrq-trigger", "w").write("b")',
  ),
  refused(
    "read the kernel's or the supervisor's memory",
    ...[
      "/proc/1/mem",
      "/proc/1/environ",
      "/proc/1/maps",
      "/proc/1/fd/0",
      "/proc/1/root/etc/passwd",
      "/dev/mem",
      "/dev/kmsg",
    ].map((path) => `open("${path}", "rb").read(1)`),
    'os.listdir("/proc/1/fd")',
    'open("/proc/kcore", "rb").read(1) or os.stat("/nowhere")',
  ),
  refused("signal the supervisor", "os.kill(1, 19); os.stat('/nowhere')"),
  refused(
    "raise its own limits, or change the supervisor's",
    "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 40, 1 << 40))",
    "resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 16, 1 << 16))",
    "resource.prlimit(1, resource.RLIMIT_NOFILE, (64, 64))",
    "os.setpriority(os.PRIO_PROCESS, 1, 19)",
    "os.nice(-5)",
    "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
  ),
  refused(
    "become another user, or make a device",
    "os.setuid(0)",
    "os.setgid(0)",
    "os.setgroups([0])",
    'os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(8, 0))',
    'os.chown("/tmp", 0, 0)',
  ),
  refused(
    "run a file that it wrote",
    ...["/tmp/x", "/dev/shm/x"].map(
      (file) => `open("${file}", "w").write("#!/bin/sh\\n"); os.chmod("${file}", 0o700); os.execv("${file}", ["x"])`,
    ),
  ),
  refused(
    "reach the network",
    ...["198.51.100.1", "169.254.169.254", "172.17.0.1", "10.0.0.1"].map(
      (host) => `socket.create_connection(("${host}", 80), timeout=1)`,
    ),
    'socket.getaddrinfo("example.com", 80)',
    "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
  ),
  search(
    "find a network interface",
    'for line in open("/proc/net/dev").read().splitlines()[2:]:\n    if line.split(":")[0].strip() not in ("lo", "tunl0", "sit0", "ip6tnl0"): found.append(line)',
  ),
  search(
    "find a capability, a privilege or root",
    'status = dict(l.split(":", 1) for l in open("/proc/self/status").read().splitlines() if ":" in l)\n' +
      'found += [c for c in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[c], 16)]\n' +
      'if status["NoNewPrivs"].strip() != "1": found.append("new privileges")\n' +
      'if status["Seccomp"].strip() != "2": found.append("no seccomp")\n' +
      'if 0 in (os.getuid(), os.getgid(), *os.getgroups()): found.append("root")',
  ),
  search(
    "find a set-uid program",
    'for place in ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/local"):\n    for folder, _, names in os.walk(place):\n        for name in names:\n            try:\n                if os.lstat(os.path.join(folder, name)).st_mode & 0o6000: found.append(name)\n            except OSError: pass',
  ),
  search(
    "find the host: its processes, Docker's socket, secrets in the environment",
    'found += [p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())]\n' +
      'found += [s for s in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock") if os.path.exists(s)]\n' +
      'found += [n for n in os.environ if n not in ("PATH", "HOME", "TMPDIR", "LANG", "LC_CTYPE", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE")]',
  ),
  search(
    "use more processors than its own",
    "import subprocess, time\n" +
      'spin = "import time\\nt = time.monotonic()\\nwhile time.monotonic() < t + 1.5: pass"\n' +
      "began = time.monotonic()\n" +
      "for child in [subprocess.Popen([sys.executable, '-I', '-S', '-c', spin]) for _ in range(4)]: child.wait()\n" +
      "used, wall = sum(os.times()[2:4]), time.monotonic() - began\n" +
      'if used > 1.4 * wall + 0.2: found.append("%.1f processors" % (used / wall))',
  ),
  search(
    "fill the disk",
    `for folder in ("/tmp", "/dev/shm"):
    try:
        with open(folder + "/fill", "wb") as f:
            for _ in range(256): f.write(bytes(1 << 20))
        found.append("256 MB written to " + folder)
    except OSError: pass
    os.path.exists(folder + "/fill") and os.remove(folder + "/fill")`,
    { diskMb: 16 },
  ),
  search(
    "make a million files",
    `for folder in ("/tmp", "/dev/shm"):
    try:
        for n in range(1000000): open(folder + "/%d" % n, "w").close()
        found.append("a million files in " + folder)
    except OSError: pass`,
  ),
];

const exhaustion: readonly Attack[] = [
  {
    name: "take all memory",
    code: "held = []\nwhile True: held.append(bytearray(b'x') * (16 << 20))",
    contained: ["memory_limit"],
    limits: { memoryMb: 128 },
  },
  {
    name: "fork without end",
    code: "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    contained: ["time_limit", "process_limit", "memory_limit"],
    limits: { wallS: 2 },
  },
  {
    name: "start threads without end",
    code: "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
    contained: ["process_limit", "memory_limit", "time_limit"],
    limits: { wallS: 3 },
  },
  {
    name: "print without end",
    code: "while True: print('x' * 65536)",
    contained: ["output_limit"],
    limits: { outputMb: 1 },
  },
  {
    name: "never end, whatever signal comes",
    code: "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True: pass",
    contained: ["time_limit"],
    limits: { wallS: 1 },
  },
];

/** Tried in this order, each in a container of its own. */
export const attacks: readonly Attack[] = [
  ...Object.entries(calls).map(([name, call]) => systemCall(name, call)),
  ...Object.entries(families).map(([name, kind]) => addressFamily(name, kind)),
  ...doors,
  ...exhaustion,
];

/** Leaves whatever can be left behind; {@link remains} looks for it afterwards. */
export const litter = `
import os, socket, subprocess, sys
open("/tmp/omni-left", "w").write("x")
open("/dev/shm/omni-left", "w").write("x")
subprocess.Popen([sys.executable, "-c", "import time\\nwhile True: time.sleep(1)"], start_new_session=True)
print("contained")
`;

/** What a program finds of the one that ran before it. */
export const remains: Attack = search(
  "leave something for the next program",
  'found += [n for folder in ("/tmp", "/dev/shm") for n in os.listdir(folder) if n == "omni-left"]\n' +
    'found += [p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())]',
);
