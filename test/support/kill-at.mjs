/**
 * Loaded into a command before its own code (`node --import`): ends its process group by SIGKILL at the n-th moment whose
 * description matches, so that a test kills at the same place every time, however loaded the machine is. Moments:
 * `mkdir PATH`, `open PATH`, `write PATH` and `sql STATEMENT` (run.db), each before it happens; with `torn`, half is written.
 * OMNI_TEST_KILL: {"match": regular expression, "nth": 1-based, "torn"?: true}
 */
import fs from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";

const { match, nth, torn } = JSON.parse(process.env.OMNI_TEST_KILL ?? "{}");
delete process.env.OMNI_TEST_KILL; // the command's own processes go on
delete process.env.NODE_OPTIONS;
const wanted = new RegExp(match);
let seen = 0;

function moment(description, beforeEnd = () => undefined) {
  if (!wanted.test(description)) return;
  seen += 1;
  if (seen !== nth) return;
  beforeEnd();
  process.kill(-process.pid, "SIGKILL");
  // The signal is on its way; nothing more may happen meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const paths = new Map();
const { openSync, writeSync } = fs;
fs.openSync = (path, ...rest) => {
  moment(`open ${path}`);
  const descriptor = openSync(path, ...rest);
  paths.set(descriptor, path);
  return descriptor;
};
fs.writeSync = (descriptor, data, ...rest) => {
  const half = () => torn && writeSync(descriptor, data.subarray(0, data.length / 2));
  moment(`write ${paths.get(descriptor) ?? descriptor}`, half);
  return writeSync(descriptor, data, ...rest);
};
const { mkdirSync } = fs;
fs.mkdirSync = (path, ...rest) => {
  moment(`mkdir ${path}`);
  return mkdirSync(path, ...rest);
};
const { writeFileSync } = fs;
fs.writeFileSync = (path, data, ...rest) => {
  moment(`write ${path}`, () => torn && writeFileSync(path, data.slice(0, data.length / 2)));
  return writeFileSync(path, data, ...rest);
};
syncBuiltinESMExports();

const Database = createRequire(import.meta.url)("libsql");
const { prepare } = Database.prototype;
Database.prototype.prepare = function (sql) {
  moment(`sql ${sql}`);
  return prepare.call(this, sql);
};
