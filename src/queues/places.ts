/** Where callers wait and agents are free: by department and node. */
import type { Candidate } from "./choice.js";
import { Line, type Waiter } from "./line.js";
import type { Strategy } from "./settings.js";

export interface DepartmentRules {
  readonly strategy: Strategy;
  /** Its callers come before those of a lower one, for an agent of both. */
  readonly priority: number;
  /** Skills that an agent must have. */
  readonly skills: readonly string[];
}

export interface Waiting extends Waiter {
  readonly department: string;
  /** Where the call is; `ANYWHERE` for a caller who is to be called back. */
  readonly node: string;
  /** Offered to one agent only, whatever the strategy: a callback. */
  readonly alone: boolean;
  /** Agents who missed the caller: others come first. Bounded by the organization's agents. */
  readonly tried: Set<string>;
  offered: readonly string[] | null;
}

export interface Department {
  rules: DepartmentRules;
  /** By node. Bounded by the nodes: one where nobody waits or is free leaves. */
  readonly places: Map<string, Place>;
  last: string | null;
}

/** A department at a node. */
export interface Place {
  readonly department: Department;
  readonly node: string;
  readonly line: Line<Waiting>;
  /** Agents who are free, in no offer, may serve the department, and whose phone the node reaches. Bounded by the organization's agents. */
  readonly free: Set<Agent>;
}

export interface Agent extends Candidate {
  departments: readonly string[];
  skills: Readonly<Record<string, number>>;
  /** Nodes that reach the agent's phone, and `ANYWHERE`. */
  nodes: readonly string[];
  idleSince: number;
  free: boolean;
  /** The waiter that the agent is offered. */
  offer: string | null;
}

/** The node of a caller who is on no node yet, whom any free agent can take. */
export const ANYWHERE = "";

/** Nobody waits here or is free. */
export const isEmpty = ({ line, free }: Place): boolean => line.length === 0 && free.size === 0;

/** Makes it where there is none. */
export function placeAt(department: Department, node: string): Place {
  let place = department.places.get(node);
  if (place === undefined) department.places.set(node, (place = { department, node, line: new Line(), free: new Set() }));
  return place;
}
