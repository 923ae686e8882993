/** The door of the queues room. */
export type * from "./departments.js";
export * from "./ports.js";
export * from "./settings.js";
export * from "./sound-choice.js";
export * from "./sounds.js";
export * from "./types.js";
export { share } from "./figures.js";
export { CallbackDesk, type CallbackDeskPorts, type CallbackEdit, type CallbackQuery } from "./callback-desk.js";
export type { CallbackNews } from "./callbacks.js";
export * from "./offers.js";
export { entryOf, queueOf } from "./view.js";
export { LINE_ENDS, type LineChange, type LineEnd, type WaitingCaller } from "./waiting.js";
export { WaitingRoom } from "./waiting-room.js";
export { DepartmentRouter } from "./router.js";
export type { RouterOptions, RouterSettings } from "./router.js";
