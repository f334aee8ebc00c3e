import { describe, expect, it } from "vitest";
import { requireDisk } from "../../../scripts/bootstrap/disk.mjs";
import { explain } from "../../../scripts/bootstrap/failure.mjs";

const failures: readonly (readonly [string, string, string, RegExp])[] = [
  ["npm ci", "npm error code ENOTFOUND\nnpm error network request failed", "no_network", /proxy/],
  ["npm ci", "npm error code EUSAGE\n`npm ci` can only install packages when …", "lock_out_of_step", /npm install/],
  ["npm ci", "npm error code EINTEGRITY", "corrupt_download", /cache clean/],
  ["npm ci", "npm error code EACCES\nnpm error syscall mkdir", "no_permission", /folder/],
  ["pip", "WARNING: Retrying … NewConnectionError('<…>: Failed to establish')", "no_network", /network/],
  ["pip", "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "no_disk", /free/],
  ["pip", "ERROR: No matching distribution found for torch==2.13.0", "no_matching_package", /OMNI_SETUP_PYTHON/],
  ["pip", "ssl.SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "bad_certificate", /PIP_CERT/],
  ["venv", "…not created successfully because ensurepip is not available.", "no_ensurepip", /apt install python3-venv/],
];

describe("what a failed installer says", () => {
  it.each(failures)("%s: %s", (tool, output, code, remedy) => {
    const failure = explain(tool, output, 1);
    expect(failure.code).toBe(code);
    expect(failure.remedy).toMatch(remedy);
    expect(failure.message).not.toContain("\n");
  });

  it("takes a Python module that is missing for no failure of the network", () => {
    expect(explain("python", "ModuleNotFoundError: No module named 'torch'", 1).code).toBe("tool_failed");
  });

  it("shows the last lines of what it does not know", () => {
    const failure = explain("npm ci", "first\n\nlast words\n", 7);
    expect(failure).toMatchObject({ code: "tool_failed", detail: "first\nlast words", exitCode: 1 });
    expect(failure.message).toContain("exit code 7");
  });

  it("says how much room a disk has and how much is needed, before anything is written", () => {
    expect(() => requireDisk("/some/where", 3.5e9, () => 1.24e9)).toThrow(
      "/some/where has 1.2 GB free; set-up needs about 3.5 GB there",
    );
    expect(() => requireDisk("/some/where", 3.5e9, () => 4e9)).not.toThrow();
  });
});
