/** A FreeSWITCH that speaks the event socket without media: what others may use of the simulator room. */
export { DEMO_NUMBERS } from "./demo.js";
export { demoDialplan } from "./dial/dialplan.js";
export { createSimulator } from "./simulator.js";
export type {
  BulkOptions, ChannelSnapshot, Clock, DemoOptions, Dialplan, Fault, IncomingCall, PartyBehaviour, PhoneOptions, Simulator, SimulatorOptions,
} from "./types.js";
