/** What nobody asks for and somebody must do: legs left alone are released, parked callers return, unclear channels are looked into. */
import { CallplaneError, type ErrorCode } from "../errors.js";
import { CommandRefused, commands } from "../freeswitch/index.js";
import { SYSTEM } from "./activities.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import type { ControlContext } from "./control/context.js";
import { ringBack } from "./control/hold.js";
import { release } from "./control/legs.js";
import type { ChannelFindings } from "./findings.js";
import { LeftAlone } from "./left-alone.js";

const DUMPS_AT_ONCE = 20;
const DUMP_TRIES = 5;
/** FreeSWITCH writes its table of channels through a queue, a little behind the events. */
const TABLE_LAG_MS = 300;

export class Janitor {
  readonly #context: ControlContext;
  /** Bounded by the parked calls. */
  readonly #returns = new Map<Call, NodeJS.Timeout>();
  readonly #leftAlone: LeftAlone;
  /** By node. Bounded by the nodes. */
  readonly #suspects = new Map<string, NodeJS.Timeout>();
  /** Questions to FreeSWITCH that are open, those of a drift check excepted. Bounded by the connections, and by the commands under way. */
  readonly #asking = new Set<Promise<void>>();
  readonly #onSupervisor: (leg: Channel) => void;
  readonly #stop: () => void;
  #closed = false;

  /** `onSupervisor` is told of each supervisor's leg that FreeSWITCH was asked about. */
  constructor(context: ControlContext, onSupervisor: (leg: Channel) => void) {
    this.#context = context;
    this.#leftAlone = new LeftAlone(context);
    this.#onSupervisor = onSupervisor;
    this.#stop = context.registry.onChange((change) => {
      if (change.type === "ended") this.#cancelReturn(change.call);
      else if (change.type === "updated") this.look(change.call);
    });
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#leftAlone.close();
    for (const timer of [...this.#returns.values(), ...this.#suspects.values()]) clearTimeout(timer);
    this.#suspects.clear();
    this.#returns.clear();
  }

  /** Looks at a call that changed or whose last operation has ended. */
  look(call: Call): void {
    this.#watchReturn(call);
    this.#leftAlone.look(call);
  }

  /** Reads the node's channels again soon, because it spoke of one that is not known. */
  suspect(node: string): void {
    if (this.#suspects.has(node)) return;
    const look = async (): Promise<void> => {
      this.#suspects.delete(node);
      try {
        await this.#context.nodes.get(node).reconcile();
      } catch (error) {
        this.#context.logger.debug({ err: error, node }, "the channels could not be read again; the next connection does");
      }
    };
    this.#suspects.set(node, setTimeout(() => void look(), TABLE_LAG_MS));
  }

  /**
   * Resolves when FreeSWITCH has answered what was asked after the last connects; null when nothing is open. Until then a leg may be an agent's without
   * being known as that: an agent who waits in a department would be taken for a free one.
   */
  get asking(): Promise<void> | null {
    return this.#asking.size === 0 ? null : Promise.all(this.#asking).then(() => undefined);
  }

  /** Asks FreeSWITCH (`uuid_dump`) about channels of which neither columns nor events told enough, or each something else. */
  clarify(channels: readonly Channel[], why: "unclear" | "drift"): void {
    const left = [...channels];
    const worker = async (): Promise<void> => {
      for (let channel = left.pop(); channel !== undefined; channel = left.pop()) await this.#clarifyOne(channel, why);
    };
    const asked: Promise<void> = Promise.all(Array.from({ length: Math.min(DUMPS_AT_ONCE, left.length) }, worker)).then(() => void this.#asking.delete(asked));
    if (why === "unclear") this.#asking.add(asked);
  }

  async #clarifyOne(channel: Channel, why: "unclear" | "drift"): Promise<void> {
    const { registry, logger } = this.#context;
    try {
      const found = await this.#findings(channel);
      if (found === null) return;
      const corrected = registry.clarify(channel, found);
      if (corrected && why === "drift") registry.corrected(channel.node, { channel: channel.uuid, found: "doing something else" });
      if (channel.role === "supervisor") this.#onSupervisor(channel);
    } catch (error) {
      if (channel.hungUp) return;
      if (error instanceof CommandRefused) {
        registry.gone(channel);
        if (why === "drift") registry.corrected(channel.node, { channel: channel.uuid, found: "gone" });
      } else logger.warn({ err: error, channel: channel.uuid }, "a channel stays unclear");
    }
  }

  /** Null when its events go on telling so much that no answer is still true when it comes: then they tell enough. Throws CommandRefused when FreeSWITCH does not know the channel. */
  async #findings(channel: Channel): Promise<ChannelFindings | null> {
    const node = this.#context.nodes.get(channel.node);
    for (let tries = 0; tries < DUMP_TRIES; tries++) {
      const { lastSequence } = channel;
      const dump = parseDump(await node.api(commands.dump(channel.uuid)));
      // The answer comes on another socket than the events, one of which may have told of something newer.
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
        // `bridge_uuid` is no witness: it stays when the bridge has gone (recording `hold-by-parking`).
        partner: dump["variable_bridge_to"] ?? dump["variable_signal_bond"] ?? "",
        presenceData: dump["variable_presence_data"] ?? "",
        answered: dump["Answer-State"] === "answered",
        answeredUs: Number(dump["Caller-Channel-Answered-Time"] ?? 0),
        application: dump["variable_current_application"] ?? "",
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

  /** Rings the parker; when she does not answer, the call ends (CONTRACT: "then ring the parker, then end"). */
  async #returnToParker(call: Call): Promise<void> {
    await this.#context.activities
      .run(call.id, { name: "return", by: SYSTEM }, async (signal) => {
        const far = call.customer ?? call.legs[0];
        if (call.state !== "parked" || far === undefined || this.#returnsInMs(call) > 0) return;
        try {
          await ringBack(this.#context, call, far, call.owner, signal);
        } catch (error) {
          if (!isAway(call, error)) {
            // Nobody could be asked: she is rung again when the time has passed once more.
            if (!call.ended) this.#context.registry.annotate(call, { mode: "parked" });
            throw error;
          }
          this.#context.logger.info({ err: error, call: call.id }, "a parked call found its parker away and ends");
          await release(this.#context, far);
        }
      })
      .catch((error: unknown) => this.#context.logger.warn({ err: error, call: call.id }, "a parked call could not be returned"));
    this.#returns.delete(call);
    if (!this.#closed) this.#watchReturn(call);
  }
}

const AWAY: ReadonlySet<ErrorCode> = new Set(["USER_BUSY", "NO_ANSWER", "CALL_REJECTED", "USER_NOT_REGISTERED", "CALL_FAILED", "NotFound"]);

/** Whether the parker's phone is the reason, and not FreeSWITCH or a Callplane that stops: a caller is not ended for those. */
function isAway(call: Call, error: unknown): boolean {
  return call.owner === null || (error instanceof CallplaneError && AWAY.has(error.code));
}

function parseDump(text: string): Record<string, string> {
  const json: unknown = JSON.parse(text);
  if (typeof json !== "object" || json === null) return {};
  return Object.fromEntries(Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
