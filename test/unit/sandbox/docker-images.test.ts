import { execFileSync, spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import {
  buildImage,
  openDockerSandbox,
  pythonImage,
  type Sandbox,
  type Submission,
} from "../../../src/sandbox/index.js";
import { docker, needDocker, needImage } from "./docker-here.js";

const wide = 180_000;
const [own, moved] = ["omni-test/from-base:1", "omni-test/moved:1"];

const one: Submission = {
  ...{ id: "one", language: "python", code: "print(1)" },
  tests: { kind: "stdio", cases: [{ stdin: "", stdout: "1" }] },
};

async function withImage(image: string, work: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  const sandbox = await openDockerSandbox({ concurrency: 2, image });
  try {
    await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** Id of the image for Node, as the daemon tells; none where it is not made. */
function nodeImageIds(): readonly string[] {
  const asked = ["image", "inspect", "--format", "{{.Id}}", "omni-thinker/sandbox-node:1"];
  const { stdout, status } = spawnSync("docker", asked, { encoding: "utf8" });
  return status === 0 ? [stdout.trim()] : [];
}

/** As BigCodeBench has them: a function over numpy, pandas and the like, and a unittest suite that looks into what it returns. */
function suite(id: string, code: string, tests: string): Submission {
  const lines = tests.split("\n").map((line) => `    ${line}`);
  const text = `import unittest\nimport numpy as np\nimport pandas as pd\nclass TestCases(unittest.TestCase):\n${lines.join("\n")}\n`;
  return { id, language: "python", code, tests: { kind: "unittest", mode: "same_file", code: text } };
}
const frame = (total: string) =>
  `import numpy as np\nimport pandas as pd\ndef task_func(n):\n    df = pd.DataFrame({'x': np.arange(n), 'y': np.arange(n) ** 2})\n    return df, ${total}`;
const frameTests =
  "def test_frame(self):\n    df, _ = task_func(3)\n    pd.testing.assert_frame_equal(df, pd.DataFrame({'x': np.arange(3), 'y': np.arange(3) ** 2}))\ndef test_total(self):\n    self.assertEqual(task_func(4)[1], 14)";
const plot =
  "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\ndef task_func(values):\n    _, ax = plt.subplots()\n    ax.hist(values, bins=3)\n    ax.set_title('Histogram')\n    return ax";
const solve =
  "from scipy import optimize\nimport sympy\ndef root():\n    return float(optimize.brentq(lambda x: x * x - 2, 0, 2))\ndef slope():\n    x = sympy.Symbol('x')\n    return str(sympy.diff(x ** 3, x))";

describe("the image for science", () => {
  it("runs tests over numpy, pandas, scipy, sympy and plots, and tells right from wrong", {
    timeout: wide,
  }, async (context) => {
    needImage(context, "python-science");
    await withImage("python-science", async (sandbox) => {
      const results = await Promise.all(
        [
          suite("right", frame("df['y'].sum()"), frameTests),
          suite("wrong", frame("df['y'].sum() + 1"), frameTests),
          suite(
            "solvers",
            solve,
            "def test_root(self):\n    self.assertAlmostEqual(root(), 2 ** 0.5)\ndef test_slope(self):\n    self.assertEqual(slope(), '3*x**2')",
          ),
          suite(
            "plot",
            plot,
            "def test_title(self):\n    self.assertEqual(task_func([1, 2, 3]).get_title(), 'Histogram')",
          ),
        ].map((submission) => sandbox.run(submission)),
      );
      const told = results.map(({ id, verdict, passed, total }) => `${id}: ${verdict} ${passed}/${total}`);
      expect(told).toEqual(["right: passed 2/2", "wrong: wrong_answer 1/2", "solvers: passed 2/2", "plot: passed 1/1"]);
    });
  });
});

describe("an image", () => {
  afterAll(() => {
    for (const image of docker.ok ? [own, moved] : []) {
      try {
        execFileSync("docker", ["rmi", "-f", image], { stdio: "ignore" });
      } catch {
        // A test that failed early did not make it.
      }
    }
  });

  it("made from a base of one's own runs programs", { timeout: wide }, async (context) => {
    needDocker(context);
    const lines: string[] = [];
    const built = await buildImage({ name: "python", base: pythonImage, tag: own, onLine: (line) => lines.push(line) });
    expect(built).toEqual({ image: own, id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(lines).toContainEqual(`sandbox image: making ${own} from ${pythonImage}`);
    await withImage(own, async (sandbox) => {
      expect(sandbox.description.images).toEqual([built.id, ...nodeImageIds()]);
      expect(await sandbox.run(one)).toMatchObject({ verdict: "passed", reward: 1 });
    });
  });

  it("stays the one that was found when the sandbox opened, though its name moves on", async (context) => {
    needDocker(context);
    execFileSync("docker", ["tag", pythonImage, moved]);
    await withImage(moved, async (sandbox) => {
      // By its name none could be made any more.
      execFileSync("docker", ["rmi", moved], { stdio: "ignore" });
      const verdicts = await Promise.all(Array.from({ length: 6 }, () => sandbox.run(one)));
      expect(verdicts.map(({ verdict }) => verdict)).toEqual(verdicts.map(() => "passed"));
      expect(sandbox.description.images).toEqual([docker.imageId, ...nodeImageIds()]);
    });
  });
});
