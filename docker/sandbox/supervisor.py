"""Process 1 of a sandbox container: waits on stdin for one job, runs its programs in turn, reports frames on stdout.

It is the container's init, so no program can signal it, and it is not dumpable, so no program of the same user can open
its memory or file descriptors. Programs get pipes of their own. It ends, and the container with it, when stdin closes
(the control plane is gone), when the job is done, or at its own deadline.

In:  u32 length, JSON {"runs": [RUN], modules, keep}.
     RUN is {program, arguments, files, stdin, feed, wall_s, cpu_s, output_bytes, file_bytes}.
     A run with `open` goes on taking input: u8 kind, u32 length, payload. Kinds: f for its feed, k end it.
     A run with `module` is a fork of this process, in which the job's `modules` are loaded once, and calls main() of
     that module. After a job with `keep` the next one is awaited, as a frame of kind j: for programs of ours alone.
Out: u8 kind, u32 length, payload. Kinds: R ready, S run starts (index), o stdout, e stderr, v verdict channel,
     X run ended (JSON), Z job done.
"""

import errno
import json
import os
import resource
import select
import signal
import struct
import sys
import time
import types

# Not the folder in which programs leave their files.
sys.path[:] = [place for place in sys.path if place]

CHUNK = 65536
LINGER_S = 5.0
IDLE_S = 3600.0
WRITABLE = ("/tmp", "/dev/shm")
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class ControlPlaneGone(Exception):
    pass


def dumpable(value):
    """PR_SET_DUMPABLE. At 0, /proc/PID/{fd,mem,...} belong to root; execve sets it to 1 again."""
    import _ctypes

    libc = _ctypes.dlopen(None, 0)
    if _ctypes.call_function(_ctypes.dlsym(libc, "prctl"), (4, value, 0, 0, 0)) != 0:
        raise OSError("prctl(PR_SET_DUMPABLE) failed")


def send(kind, payload=b""):
    data = kind + struct.pack(">I", len(payload)) + payload
    while data:
        data = data[os.write(1, data) :]


def send_json(kind, value):
    send(kind, json.dumps(value).encode())


def read_exactly(count):
    parts = []
    while count:
        part = os.read(0, min(count, 1 << 20))
        if not part:
            raise ControlPlaneGone
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def counter(field, *paths):
    """A cgroup event counter, version 2 first, then 1; None where the host shows neither."""
    for path in paths:
        try:
            with open(path) as lines:
                for line in lines:
                    name, _, value = line.partition(" ")
                    if name == field:
                        return int(value)
        except (OSError, ValueError):
            pass
    return None


def pressure():
    return {
        "oom": counter("oom_kill", "/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"),
        "pids": counter("max", "/sys/fs/cgroup/pids.events", "/sys/fs/cgroup/pids/pids.events"),
    }


def first_number(path):
    try:
        with open(path) as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


class Usage:
    """Processor time of this container's programs from now on: charged by its cgroup, less what this process takes."""

    def __init__(self):
        self.reaped = 0.0
        self.charged_before, self.waited_before = self.charged(), self.waited()

    @staticmethod
    def charged():
        """Seconds, cgroup version 2 first, then 1; None where the host shows neither."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        micros = counter("usage_usec", "/sys/fs/cgroup/cpu.stat")
        nanos = None if micros is not None else first_number("/sys/fs/cgroup/cpuacct/cpuacct.usage")
        if micros is None and nanos is None:
            return None
        return (micros / 1e6 if micros is not None else nanos / 1e9) - own.ru_utime - own.ru_stime

    @staticmethod
    def waited():
        """Seconds that this container's threads were ready and had no processor; 0 where the kernel does not tell."""
        total = 0
        for process in os.listdir("/proc"):
            if process.isdigit():
                try:
                    for thread in os.listdir("/proc/%s/task" % process):
                        with open("/proc/%s/task/%s/schedstat" % (process, thread)) as file:
                            total += int(file.read().split()[1])
                except (OSError, ValueError, IndexError):
                    pass
        return total / 1e9

    def cpu_s(self):
        return self.reaped if self.charged_before is None else max(0.0, self.charged() - self.charged_before)

    def waited_s(self):
        return max(0.0, self.waited() - self.waited_before)


def grown(before, after, name):
    return before[name] is not None and after[name] is not None and after[name] > before[name]


def disk_full():
    return any(full(folder) for folder in WRITABLE)


def full(folder):
    try:
        free = os.statvfs(folder)
        # gVisor counts no inodes and says that there are none.
        return free.f_bavail * free.f_frsize < 65536 or (free.f_files > 0 and free.f_favail < 2)
    except OSError:
        return False


def start(run, folder, pipes):
    """Forks and executes one program; the child never returns."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        for number in (signal.SIGCHLD, signal.SIGALRM, signal.SIGPIPE, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        dumpable(1)  # no other program runs now; the file below is ours again
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (run["file_bytes"], run["file_bytes"]))
        # Behind the cgroup's account, which counts all processes together.
        seconds = max(1, int(-(-run["cpu_s"] // 1)))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        # The pipes' numbers are all above 4, so no dup2 overwrites one still to come.
        for target, source in enumerate(pipes):
            os.dup2(source, target, inheritable=True)
        os.closerange(5, 1024)
        os.chdir(folder)
        if "module" in run:
            call_main(run["module"])
        os.execvpe(run["program"], [run["program"], *run["arguments"]], ENVIRONMENT)
    except BaseException as error:
        os.write(2, ("sandbox: cannot start the program: %s\n" % error).encode())
    finally:
        os._exit(127)


def load(modules):
    """Makes modules of their sources, in this order."""
    for name, source in modules.items():
        if name not in sys.modules:
            module = sys.modules[name] = types.ModuleType(name)
            exec(compile(source, "<omni %s>" % name, "exec"), vars(module))


def call_main(name):
    """What is left of this process becomes a program of its own, as if newly started."""
    main = sys.modules[name].main
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    sys.argv = ["main.py"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    main(3, 4)
    os._exit(0)


def end_all():
    """Kills and reaps every other process."""
    while True:
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass
        try:
            while True:
                os.wait4(-1, 0)
        except ChildProcessError:
            return


def clean():
    """Empties what programs can write to before the next run of the same job; returns whether nothing resisted."""
    pid = os.fork()
    if pid == 0:
        try:
            os.closerange(0, 3)
            # Not the folders themselves, which are root's and mounted. All names would be too long for a command.
            every = " ".join(WRITABLE)
            command = "chmod -R u+rwX %s 2>/dev/null; rm -rf %s 2>/dev/null" % (every, every)
            os.execve("/bin/sh", ["sh", "-c", command], ENVIRONMENT)
        finally:
            os._exit(127)
    os.waitpid(pid, 0)
    return not any(os.listdir(folder) for folder in WRITABLE if os.path.isdir(folder))


class Streams:
    """The parent's ends of one program's pipes, and what has gone through them."""

    def __init__(self, run, ours, poller):
        self.stdin, self.stdout, self.stderr, self.feed, self.verdict = ours
        self.poller = poller
        self.open, self.writing = run.get("open", False), True
        self.left = run["output_bytes"]
        self.overflow = False
        self.pending = {self.stdin: memoryview(run["stdin"].encode()), self.feed: memoryview(run["feed"].encode())}
        self.kinds = {self.stdout: b"o", self.stderr: b"e", self.verdict: b"v"}
        for number in ours:
            os.set_blocking(number, False)
        for number in self.pending:
            poller.register(number, select.POLLOUT)
        for number in self.kinds:
            poller.register(number, select.POLLIN)

    def close(self, number):
        try:
            self.poller.unregister(number)
        except KeyError:  # a feed that waits for more
            pass
        self.pending.pop(number, None)
        self.kinds.pop(number, None)
        os.close(number)

    def write(self, number):
        try:
            self.pending[number] = self.pending[number][os.write(number, self.pending[number][:CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.close(number)
            return
        if not self.pending[number]:
            if not (self.open and number == self.feed):
                self.close(number)
            elif self.writing:
                self.poller.unregister(number)
                self.writing = False

    def feed_more(self, data):
        if self.feed not in self.pending:
            return
        self.pending[self.feed] = memoryview(bytes(self.pending[self.feed]) + data)
        if not self.writing:
            self.poller.register(self.feed, select.POLLOUT)
            self.writing = True
            self.write(self.feed)

    def read(self, number):
        try:
            data = os.read(number, CHUNK)
        except BlockingIOError:
            return
        if not data:
            self.close(number)
            return
        kind = self.kinds[number]
        if kind != b"v":
            kept = data[: self.left]
            self.left -= len(kept)
            self.overflow = self.overflow or len(kept) < len(data)
            data = kept
        if data:
            send(kind, data)

    def handle(self, number):
        if number in self.pending:
            self.write(number)
        elif number in self.kinds:
            self.read(number)

    def drain(self):
        """Reads what the pipes still hold; every writer is dead."""
        until = time.monotonic() + LINGER_S
        while self.kinds and time.monotonic() < until:
            for number in list(self.kinds):
                self.read(number)

    def close_all(self):
        for number in [*self.pending, *self.kinds]:
            self.close(number)


class Orders:
    """What the control plane sends while a program runs."""

    def __init__(self):
        self.held = b""

    def read(self):
        """Waits for more and returns those that have come in."""
        data = os.read(0, 1 << 20)
        if not data:
            raise ControlPlaneGone
        self.held += data
        return self.whole()

    def whole(self):
        """Those that have come in."""
        while len(self.held) >= 5:
            kind, length = self.held[:1], struct.unpack(">I", self.held[1:5])[0]
            if len(self.held) < 5 + length:
                return
            payload, self.held = self.held[5 : 5 + length], self.held[5 + length :]
            yield kind, payload

    def next_job(self):
        """Waits for a job; what was meant for a program that has ended is passed over."""
        waiting = self.whole()
        while True:
            for kind, payload in waiting:
                if kind == b"j":
                    return payload
            waiting = self.read()


ORDERS = Orders()


def high_pipe():
    """A pipe whose ends are both numbered 10 or more."""
    import fcntl

    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
        os.close(end)
    return ends


def run_program(index, run, wakeup):
    folder = "/tmp/run%d" % index
    os.mkdir(folder)
    for name, text in run["files"].items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
            file.write(text)
    made = [high_pipe() for _ in range(5)]
    reads = (0, 3)  # the child's stdin and feed; it writes stdout, stderr and verdict
    theirs = [made[i][0 if i in reads else 1] for i in range(5)]
    ours = [made[i][1 if i in reads else 0] for i in range(5)]
    before = pressure()
    send_json(b"S", {"index": index})
    usage = Usage()
    began = time.monotonic()
    pid = start(run, folder, theirs)
    for end in theirs:
        os.close(end)
    poller = select.poll()
    poller.register(0, select.POLLIN)
    poller.register(wakeup, select.POLLIN)
    streams = Streams(run, ours, poller)
    status, deadline = None, False

    def obey(waiting):
        stop = False
        for kind, payload in waiting:
            stop = stop or kind == b"k"
            if kind == b"f":
                streams.feed_more(payload)
        return stop

    stopped = obey(ORDERS.whole())
    while status is None and not stopped:
        left = began + run["wall_s"] - time.monotonic()
        # A container has one processor, so no run uses its time up sooner than that.
        unused = run["cpu_s"] - usage.cpu_s()
        if left <= 0 or unused <= 0 or streams.overflow:
            deadline = left <= 0 and not streams.overflow
            break
        for number, _ in poller.poll(min(left, unused) * 1000 + 1):
            if number == 0:
                stopped = obey(ORDERS.read())
            elif number == wakeup:
                os.read(wakeup, 512)
                while True:
                    try:
                        reaped, reaped_status, spent = os.wait4(-1, os.WNOHANG)
                    except ChildProcessError:
                        break
                    if reaped == 0:
                        break
                    usage.reaped += spent.ru_utime + spent.ru_stime
                    if reaped == pid:
                        status = reaped_status
            else:
                streams.handle(number)
    wall, waited = time.monotonic() - began, usage.waited_s()
    end_all()
    streams.drain()
    streams.close_all()
    after = pressure()
    ended = {
        "index": index,
        "exit": os.WEXITSTATUS(status) if status is not None and os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if status is not None and os.WIFSIGNALED(status) else None,
        "deadline": deadline,
        "overflow": streams.overflow,
        "oom": grown(before, after, "oom"),
        "pids": grown(before, after, "pids"),
        "disk": disk_full(),
        "wall_s": wall,
        "cpu_s": usage.cpu_s(),
        "waited_s": waited,
    }
    send_json(b"X", ended)


def ignore(*_):
    pass


def main():
    if os.getpid() != 1:
        sys.exit("supervisor: must be process 1 of a container of its own (it kills every process it sees)")
    dumpable(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wakeup, write_end = high_pipe()
    os.set_blocking(write_end, False)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, ignore)
    # A control plane whose host vanished never closes stdin.
    signal.signal(signal.SIGALRM, lambda *_: os._exit(3))
    signal.setitimer(signal.ITIMER_REAL, IDLE_S)
    places = ENVIRONMENT["PATH"].split(":")
    programs = [name for name in ("python3", "node") if any(os.access(os.path.join(p, name), os.X_OK) for p in places)]
    send_json(b"R", {"python": sys.version.split()[0], "programs": programs})
    (length,) = struct.unpack(">I", read_exactly(4))
    job = read_exactly(length)
    while run_job(json.loads(job), wakeup):
        job = ORDERS.next_job()


def run_job(job, wakeup):
    """Does one job; returns whether another may follow."""
    load(job.get("modules", {}))
    keep = job.get("keep", False)
    # Should a write to a reader that is gone block for ever, this ends the container all the same.
    ends_at = time.monotonic() + sum(run["wall_s"] for run in job["runs"]) + LINGER_S * (2 + len(job["runs"]))

    def too_late(*_):
        if time.monotonic() >= ends_at:
            os._exit(3)

    signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, ends_at - time.monotonic() + 0.1, 1.0)
    for index, run in enumerate(job["runs"]):
        run_program(index, run, wakeup)
        if (keep or index + 1 < len(job["runs"])) and not clean():
            return end_job(False)
    return end_job(keep)


def end_job(keep):
    """Says that the job is done; runs that are left are for another container. Returns whether a job is awaited."""
    send(b"Z")
    if keep:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(3))
        signal.setitimer(signal.ITIMER_REAL, IDLE_S)
    return keep


try:
    main()
except ControlPlaneGone:
    pass
except OSError as error:
    if error.errno != errno.EPIPE:
        raise
