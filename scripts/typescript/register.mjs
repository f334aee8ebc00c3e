// node --import scripts/typescript/register.mjs FILE.ts: runs src from its sources, for worker processes of tests.
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);
