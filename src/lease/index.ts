/** The door of the lease room: a FreeSWITCH node has one owner at a time. */
export { AbandonedNodes } from "./abandoned.js";
export { LeaseHolder } from "./holder.js";
export { isGone, ownMark } from "./process-mark.js";
export { LEASE_TIMING } from "./ports.js";
export type { LeaseOwner, LeaseTiming, NodeLease, NodeLeases } from "./ports.js";
export { LeaseSightings } from "./sightings.js";
export { LeaseTaker } from "./taker.js";
