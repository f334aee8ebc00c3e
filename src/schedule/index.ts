export { type Batch, type BatchPlan, type Schedule, scheduleBatches } from "./batch.js";
