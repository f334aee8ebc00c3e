import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { openDockerSandbox, type Sandbox } from "../../../src/sandbox/index.js";
import { docker, needDocker } from "./docker-here.js";

describe("a container gives a program", () => {
  let sandbox: Sandbox | undefined;
  beforeAll(async () => {
    if (docker.ok) sandbox = await openDockerSandbox({ concurrency: 1 });
  });
  afterAll(() => sandbox?.close());

  async function output(context: TestContext, code: string, cases = 1): Promise<string> {
    needDocker(context);
    const tests = { kind: "stdio", cases: Array.from({ length: cases }, () => ({ stdin: "", stdout: "ok" })) } as const;
    const result = await sandbox?.run({ id: "x", language: "python", code, tests });
    return result?.verdict === "passed" ? "ok" : `${result?.verdict} ${result?.stdout}${result?.stderr}`;
  }

  const processes = [
    ["a pool", "with multiprocessing.Pool(2) as pool: print('ok' if pool.map(abs, [-1, -2]) == [1, 2] else 'no')"],
    ["a queue", "queue = multiprocessing.Queue()\nqueue.put('ok')\nprint(queue.get())"],
    ["a lock", "with multiprocessing.Lock(): print('ok')"],
    [
      "shared memory",
      "from multiprocessing import shared_memory\nblock = shared_memory.SharedMemory(create=True, size=64)\nblock.buf[0] = 7\nprint('ok' if block.buf[0] == 7 else 'no')\nblock.close()\nblock.unlink()",
    ],
  ] as const;
  for (const [name, code] of processes) {
    it(`multiprocessing's ${name}`, async (context) => {
      expect(await output(context, `import multiprocessing\n${code}`)).toBe("ok");
    });
  }

  it("localhost by its name, and no other network", async (context) => {
    const code = `import os, socket
server = socket.create_server(("localhost", 0))
client = socket.create_connection(("localhost", server.getsockname()[1]), timeout=2)
assert os.listdir("/sys/class/net") == ["lo"], os.listdir("/sys/class/net")
print("ok")`;
    expect(await output(context, code)).toBe("ok");
  });

  it("none of the host's resolvers", async (context) => {
    expect(await output(context, "assert open('/etc/resolv.conf').read() == ''\nprint('ok')")).toBe("ok");
  });

  it("an empty /dev/shm each case, of the size of its disk", async (context) => {
    const code = `import os
assert os.listdir("/dev/shm") == []
block = os.statvfs("/dev/shm")
assert block.f_blocks * block.f_frsize == 64 << 20, block
os.makedirs("/dev/shm/a/b")
open("/dev/shm/a/b/left", "w").write("x")
os.chmod("/dev/shm/a", 0)
print("ok")`;
    expect(await output(context, code, 3)).toBe("ok");
  });

  it("no more of /dev/shm than that", async (context) => {
    const code = "with open('/dev/shm/x', 'wb') as file:\n    while True: file.write(bytes(1 << 20))";
    expect(await output(context, code)).toMatch(/^disk_limit/);
  });
});
