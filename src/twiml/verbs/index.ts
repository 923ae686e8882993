/** All verbs, and how each is read. */
import type { ElementReader } from "../reading.js";
import { connect, type Connect } from "./connect.js";
import { dial, type Dial } from "./dial.js";
import { enqueue, type Enqueue } from "./enqueue.js";
import { gather, type Gather } from "./gather.js";
import { hangup, type Hangup } from "./hangup.js";
import { leave, type Leave } from "./leave.js";
import { pause, type Pause } from "./pause.js";
import { play, type Play } from "./play.js";
import { record, type Record } from "./record.js";
import { redirect, type Redirect } from "./redirect.js";
import { refer, type Refer } from "./refer.js";
import { reject, type Reject } from "./reject.js";
import { say, type Say } from "./say.js";
import { start, type Start } from "./start.js";
import { stop, type Stop } from "./stop.js";

export type Verb = Connect | Dial | Enqueue | Gather | Hangup | Leave | Pause | Play | Record | Redirect | Refer | Reject | Say | Start | Stop;

/** By the element's name. */
export const VERBS: ReadonlyMap<string, ElementReader<Verb>> = new Map<string, ElementReader<Verb>>([
  ["Connect", connect],
  ["Dial", dial],
  ["Enqueue", enqueue],
  ["Gather", gather],
  ["Hangup", hangup],
  ["Leave", leave],
  ["Pause", pause],
  ["Play", play],
  ["Record", record],
  ["Redirect", redirect],
  ["Refer", refer],
  ["Reject", reject],
  ["Say", say],
  ["Start", start],
  ["Stop", stop],
]);
