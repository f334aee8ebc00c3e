import { execFileSync } from "node:child_process";

/** Makes a certificate authority in a folder, and a certificate each for a server on 127.0.0.1 and its client. */
export function certificates(folder: string): void {
  const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const ca = ["-subj", "/CN=omni-test-ca", "-keyout", "ca-key.pem", "-out", "ca.pem"];
  openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...ca);
  for (const name of ["server", "client"]) {
    const files = ["-keyout", `${name}-key.pem`, "-out", `${name}.csr`];
    openssl(
      "req",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
      ...files,
    );
    const signed = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-copy_extensions", "copy"];
    openssl("x509", "-req", "-days", "2", "-in", `${name}.csr`, ...signed, "-out", `${name}.pem`);
  }
}
