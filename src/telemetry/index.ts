export * from "./events.js";
export type { TextOutput } from "./screen.js";
export { oneLine, stripControl } from "./strip-control.js";
export { openTelemetry, type Telemetry, type TelemetryOptions } from "./telemetry.js";
export { showSeconds } from "./time-left.js";
