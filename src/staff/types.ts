/** An organization's agents and departments, as its administrators make them. */
import type { AgentChanges, AgentRecord } from "../people/index.js";

/** With what an agent's phone registers; the password is shown this once and stored nowhere. */
export interface SipAccess {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
}

export interface NewVoiceAgent extends AgentChanges {
  readonly extension: string;
  /** The agent id; by default the extension. */
  readonly id?: string;
  /** A login that is made with the agent: both or neither. */
  readonly username?: string;
  readonly password?: string;
  /** Of the login; `agent` by default. */
  readonly role?: "agent" | "supervisor";
}

export interface VoiceAgent extends AgentRecord {
  /** Who logs in as this agent; null: nobody. */
  readonly login: { readonly username: string; readonly role: string } | null;
}
