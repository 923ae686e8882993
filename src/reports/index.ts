/** The door of the reports room: historical figures of departments and agents. */
export { MAX_STEPS } from "./history.js";
export { MAX_INTERVALS } from "./intervals.js";
export * from "./ports.js";
export { Reports, type ReportsOptions } from "./service.js";
export * from "./types.js";
