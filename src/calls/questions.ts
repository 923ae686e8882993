/** Asks FreeSWITCH (`uuid_dump`) about channels of which events and rows tell too little, until it has answered. */
import { CallplaneError } from "../errors.js";
import { askedVariables, CommandRefused } from "../freeswitch/index.js";
import { ATTRIBUTE_PREFIX, ATTRIBUTES_VARIABLE, type Attributes } from "./attributes.js";
import type { Channel } from "./channel.js";
import type { ControlContext } from "./control/context.js";
import { dumpOf } from "./dump.js";
import type { ChannelFindings, WhyAsked } from "./findings.js";

const AT_ONCE = 20;
const TRIES = 5;
/** Events have mostly ended by then. What cannot be answered is asked about half as often each time. */
const AGAIN_MS = 300;
const SELDOM_MS = 30_000;

export class Questions {
  readonly #context: Pick<ControlContext, "registry" | "nodes" | "logger">;
  /** Open questions, without those of drift checks. Bounded by the connections, and by the commands under way. */
  readonly #asking = new Set<Promise<void>>();
  /** Channels whose events outran each answer. Bounded by the live channels: one leaves when it is asked about again. */
  readonly #again = new Map<Channel, NodeJS.Timeout>();
  readonly #onSupervisor: (leg: Channel, application: string) => void;
  #closed = false;

  /** `onSupervisor` is called for each supervisor's leg that FreeSWITCH was asked about, with what FreeSWITCH runs on it. */
  constructor(context: Pick<ControlContext, "registry" | "nodes" | "logger">, onSupervisor: (leg: Channel, application: string) => void) {
    this.#context = context;
    this.#onSupervisor = onSupervisor;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#again.values()) clearTimeout(timer);
    this.#again.clear();
  }

  /** Resolves when FreeSWITCH has answered the questions since the last connects; null when none is open. Until then, an agent's leg may not be known as one. */
  get asking(): Promise<void> | null {
    return this.#asking.size === 0 ? null : Promise.all(this.#asking).then(() => undefined);
  }

  /** Asks about channels whose columns and events say too little, or contradict each other (`drift`), or of which only the variables are unknown, and corrects the picture. */
  clarify(channels: readonly Channel[], why: WhyAsked): void {
    const left = [...channels];
    const worker = async (): Promise<void> => {
      for (let channel = left.pop(); channel !== undefined; channel = left.pop()) await this.#clarifyOne(channel, why);
    };
    const asked: Promise<void> = Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, worker)).then(() => void this.#asking.delete(asked));
    if (why === "unclear") this.#asking.add(asked);
  }

  async #clarifyOne(channel: Channel, why: WhyAsked, againMs = AGAIN_MS): Promise<void> {
    const { registry, logger } = this.#context;
    try {
      const found = await this.ask(channel);
      if (found === null) {
        if (why !== "variables") this.#askAgain(channel, why, againMs);
        return;
      }
      if (why === "variables") {
        registry.setVariables(channel, found);
        return;
      }
      const corrected = registry.clarify(channel, found);
      if (corrected && why === "drift") registry.corrected(channel.node, { channel: channel.uuid, found: "doing something else" });
      if (channel.role === "supervisor") this.#onSupervisor(channel, found.application);
    } catch (error) {
      if (channel.hungUp) return;
      if (error instanceof CommandRefused) {
        registry.gone(channel);
        if (why === "drift") registry.corrected(channel.node, { channel: channel.uuid, found: "gone" });
        return;
      }
      logger.warn({ err: error, channel: channel.uuid }, "FreeSWITCH could not be asked about a channel, whose state stays unclear");
      // The next connect asks about every channel of a node that was away.
      if (why !== "variables" && !(error instanceof CallplaneError && error.code === "SwitchUnavailable")) this.#askAgain(channel, why, againMs);
    }
  }

  /** Null when each answer was outdated by an event. Throws CommandRefused when FreeSWITCH does not know the channel. */
  async ask(channel: Channel): Promise<Required<ChannelFindings> | null> {
    const node = this.#context.nodes.get(channel.node);
    for (let tries = 0; tries < TRIES; tries++) {
      const { lastSequence, call } = channel;
      const ownChanges = call?.ownChanges;
      const dump = await dumpOf(node, channel.uuid);
      // The answer comes on another socket than the events, so an event may be newer.
      if (channel.lastSequence !== lastSequence) continue;
      return {
        variables: {
          orgVariable: dump["variable_callplane_org"] ?? "",
          domainVariable: dump["variable_domain_name"] ?? "",
          userVariable: dump["variable_user_name"] ?? "",
          fromVariable: dump["variable_sip_from_uri"] ?? "",
        },
        queue: dump["variable_callplane_queue"] ?? "",
        priority: dump["variable_callplane_priority"] ?? "",
        program: dump["variable_callplane_program"] ?? "",
        // Not `bridge_uuid`: it stays after the bridge has ended (recording `hold-by-parking`).
        partner: dump["variable_bridge_to"] ?? dump["variable_signal_bond"] ?? "",
        presenceData: dump["variable_presence_data"] ?? "",
        fresh: channel.call === call && call?.ownChanges === ownChanges,
        answered: dump["Answer-State"] === "answered",
        answeredUs: Number(dump["Caller-Channel-Answered-Time"] ?? 0),
        application: dump["variable_current_application"] ?? "",
        // The name stays when the sound has ended; then there is a response.
        playing: dump["variable_current_application"] === "playback" && dump["variable_current_application_response"] === undefined,
        attributes: { written: dump[`variable_${ATTRIBUTES_VARIABLE}`] ?? "", set: attributesOf(dump) },
        asked: askedVariables(this.#context.registry.variables, (name) => dump[`variable_${name}`]),
      };
    }
    return null;
  }

  /** Not every event tells what the leg does: the music of who was parked meanwhile begins and ends, and our own state is written. */
  #askAgain(channel: Channel, why: WhyAsked, againMs: number): void {
    if (this.#closed || channel.hungUp || this.#again.has(channel)) return;
    const ask = (): void => {
      this.#again.delete(channel);
      if (!channel.hungUp) void this.#clarifyOne(channel, why, Math.min(2 * againMs, SELDOM_MS));
    };
    this.#again.set(channel, setTimeout(ask, againMs).unref());
  }
}

const ATTRIBUTE = `variable_${ATTRIBUTE_PREFIX}`;

/** What the dialplan has set; null: nothing. */
function attributesOf(dump: Readonly<Record<string, string>>): Attributes | null {
  const set = Object.entries(dump).filter(([name]) => name.startsWith(ATTRIBUTE));
  return set.length === 0 ? null : Object.fromEntries(set.map(([name, value]): [string, string] => [name.slice(ATTRIBUTE.length), value]));
}
