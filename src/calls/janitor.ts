/** Cleaning up that no request asks for: it releases abandoned legs, returns parked callers, and asks FreeSWITCH about unclear channels. */
import { CallplaneError, type ErrorCode } from "../errors.js";
import { askedVariables, CommandRefused, commands } from "../freeswitch/index.js";
import { SYSTEM } from "./activities.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import type { ControlContext } from "./control/context.js";
import { parseDump } from "./dump.js";
import { ringBack } from "./control/hold.js";
import { release } from "./control/legs.js";
import type { ChannelFindings, WhyAsked } from "./findings.js";
import { LeftAlone } from "./left-alone.js";
import { LostPhones } from "./lost-phones.js";
import { Silence } from "./silence.js";
import { SilentPhones } from "./silent-phones.js";

const DUMPS_AT_ONCE = 20;
const DUMP_TRIES = 5;
/** FreeSWITCH writes its table of channels through a queue, a little behind the events. */
const TABLE_LAG_MS = 300;

export class Janitor {
  readonly #context: ControlContext;
  /** Bounded by the parked calls. */
  readonly #returns = new Map<Call, NodeJS.Timeout>();
  readonly #leftAlone: LeftAlone;
  readonly #lostPhones: LostPhones;
  readonly #silentPhones: SilentPhones;
  readonly #silence: Silence;
  /** Nodes that are reconciled soon. Bounded by the nodes. */
  readonly #suspects = new Map<string, NodeJS.Timeout>();
  /** Open questions to FreeSWITCH, without those of drift checks. Bounded by the connections, and by the commands under way. */
  readonly #asking = new Set<Promise<void>>();
  readonly #onSupervisor: (leg: Channel, application: string) => void;
  readonly #stop: () => void;
  #closed = false;

  /** `onSupervisor` is called for each supervisor's leg that FreeSWITCH was asked about, with what FreeSWITCH runs on it. */
  constructor(context: ControlContext, onSupervisor: (leg: Channel, application: string) => void) {
    this.#context = context;
    this.#leftAlone = new LeftAlone(context);
    this.#lostPhones = new LostPhones(context);
    this.#silentPhones = new SilentPhones(context);
    this.#silence = new Silence(context, { isClear: () => this.#asking.size === 0, ask: (leg) => this.#findings(leg) });
    this.#onSupervisor = onSupervisor;
    this.#stop = context.registry.onChange((change) => {
      if (change.type === "ended") {
        this.#cancelReturn(change.call);
        this.#lostPhones.look(change.call);
        this.#silence.look(change.call);
      } else if (change.type === "quiet") this.#silence.look(change.call);
      else if (change.type === "updated") this.check(change.call);
    });
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#leftAlone.close();
    this.#lostPhones.close();
    this.#silentPhones.close();
    this.#silence.close();
    for (const timer of [...this.#returns.values(), ...this.#suspects.values()]) clearTimeout(timer);
    this.#suspects.clear();
    this.#returns.clear();
  }

  /** Checks a call that changed, or whose last activity has ended. */
  check(call: Call): void {
    this.#watchReturn(call);
    this.#silentPhones.look(call);
    this.#lostPhones.look(call);
    this.#leftAlone.look(call);
    this.#silence.look(call);
  }

  /** Reconciles the node soon, because of an event of an unknown channel. */
  suspect(node: string): void {
    if (this.#suspects.has(node)) return;
    const reconcile = async (): Promise<void> => {
      this.#suspects.delete(node);
      try {
        await this.#context.nodes.get(node).reconcile();
      } catch (error) {
        this.#context.logger.debug({ err: error, node }, "the node could not be reconciled; the next connect does it");
      }
    };
    this.#suspects.set(node, setTimeout(() => void reconcile(), TABLE_LAG_MS));
  }

  /** Resolves when FreeSWITCH has answered the questions since the last connects; null when none is open. Until then, an agent's leg may not be known as one. */
  get asking(): Promise<void> | null {
    return this.#asking.size === 0 ? null : Promise.all(this.#asking).then(() => undefined);
  }

  /** Asks FreeSWITCH (`uuid_dump`) about channels whose columns and events say too little, or contradict each other (`drift`), or of which only the variables are unknown. */
  clarify(channels: readonly Channel[], why: WhyAsked): void {
    const left = [...channels];
    const worker = async (): Promise<void> => {
      for (let channel = left.pop(); channel !== undefined; channel = left.pop()) await this.#clarifyOne(channel, why);
    };
    const asked: Promise<void> = Promise.all(Array.from({ length: Math.min(DUMPS_AT_ONCE, left.length) }, worker)).then(() => void this.#asking.delete(asked));
    if (why === "unclear") this.#asking.add(asked);
  }

  async #clarifyOne(channel: Channel, why: WhyAsked): Promise<void> {
    const { registry, logger } = this.#context;
    try {
      const found = await this.#findings(channel);
      if (found === null) return;
      if (why === "variables") {
        registry.setVariables(channel, found.asked);
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
      } else logger.warn({ err: error, channel: channel.uuid }, "FreeSWITCH could not be asked about a channel, whose state stays unclear");
    }
  }

  /** Null when each answer was outdated by an event: then the events say enough. Throws CommandRefused when FreeSWITCH does not know the channel. */
  async #findings(channel: Channel): Promise<Required<ChannelFindings> | null> {
    const node = this.#context.nodes.get(channel.node);
    for (let tries = 0; tries < DUMP_TRIES; tries++) {
      const { lastSequence, call } = channel;
      const ownChanges = call?.ownChanges;
      const dump = parseDump(await node.api(commands.dump(channel.uuid)));
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
        asked: askedVariables(this.#context.registry.variables, (name) => dump[`variable_${name}`]),
      };
    }
    return null;
  }

  #watchReturn(call: Call): void {
    const { parkReturnS } = this.#context.settings;
    if (parkReturnS === null) return;
    if (call.state !== "parked" || call.mode !== "parked" || call.parkedAt === null) {
      this.#cancelReturn(call);
      return;
    }
    if (this.#returns.has(call)) return;
    this.#returns.set(call, setTimeout(() => void this.#returnToParker(call), Math.max(0, this.#returnsInMs(call))));
  }

  #returnsInMs(call: Call): number {
    return (call.parkedAt?.getTime() ?? Infinity) + (this.#context.settings.parkReturnS ?? Infinity) * 1000 - this.#context.registry.now(call.node).getTime();
  }

  #cancelReturn(call: Call): void {
    clearTimeout(this.#returns.get(call));
    this.#returns.delete(call);
  }

  /** Rings the parker; without an answer the call ends (CONTRACT: "then ring the parker, then end"). */
  async #returnToParker(call: Call): Promise<void> {
    await this.#context.activities
      .run(call.id, { name: "return", by: SYSTEM }, async (signal) => {
        const far = call.customer ?? call.legs[0];
        if (call.state !== "parked" || far === undefined || this.#returnsInMs(call) > 0) return;
        try {
          await ringBack(this.#context, call, far, call.owner, signal);
        } catch (error) {
          if (!isAway(call, error)) {
            // The parker could not be rung: the time starts again.
            if (!call.ended) this.#context.registry.annotate(call, { mode: "parked" });
            throw error;
          }
          this.#context.logger.info({ err: error, call: call.id }, "the parker of a parked call did not answer, and the call ends");
          await release(this.#context, far);
        }
      })
      .catch((error: unknown) => this.#context.logger.warn({ err: error, call: call.id }, "a parked call could not be returned"));
    this.#returns.delete(call);
    if (!this.#closed) this.#watchReturn(call);
  }
}

const AWAY: ReadonlySet<ErrorCode> = new Set(["USER_BUSY", "NO_ANSWER", "CALL_REJECTED", "USER_NOT_REGISTERED", "CALL_FAILED", "NotFound"]);

/** Whether the parker's phone caused the error. A caller's call does not end because of FreeSWITCH or a shutdown of Callplane. */
function isAway(call: Call, error: unknown): boolean {
  return call.owner === null || (error instanceof CallplaneError && AWAY.has(error.code));
}
