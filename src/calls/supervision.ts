/** Listen, whisper, barge: a supervisor's leg that eavesdrops on an agent's (DESIGN decision 9; FREESWITCH.md, "Supervision that follows a transfer"). */
import { CallplaneError, invalid, notFound } from "../errors.js";
import { commands, variableName, variableValue, type EavesdropDigit } from "../freeswitch/index.js";
import { assertMaySupervise } from "./access.js";
import { SYSTEM } from "./activities.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { confirmed, whileUp } from "./control/confirm.js";
import { newUuid, nodeOf, organizationOf, type ControlContext } from "./control/context.js";
import { end, release, ring } from "./control/legs.js";
import { muteLeg } from "./control/media.js";
import { agentLeg, supervisedLeg } from "./control/parties.js";
import { answerHelp } from "./help.js";
import { assertReachable, phoneOf } from "./control/targets.js";
import type { Actor, SupervisionMode } from "../people/index.js";
import type { Supervised, SuperviseRequest, SupervisionChange, SupervisionEnd } from "./types.js";
import { subjectOf, supervised } from "./views.js";

const DIGIT: Record<SupervisionMode, EavesdropDigit> = { listen: "0", whisper: "2", barge: "3" };
/**
 * The codecs of a supervisor's leg. Eavesdropping does not resample to a faster leg (switch_ivr_async.c, switch_ivr_eavesdrop_session): with opus on an agent with PCMU the
 * supervisor heard six times the pitch and was heard by nobody. At 8 kHz the leg is right on every agent's, also on that of the next agent, whose codec is not known yet.
 */
const NARROW_BAND = "PCMU,PCMA";
/** What FreeSWITCH did not do is retried after so long. */
const AGAIN_MS = 2000;
/** For the eavesdropping leg, `bleg` is the agent and `aleg` the customer (FREESWITCH.md). */
const TO_AGENT = variableName("eavesdrop_whisper_bleg", "variable");
const TO_CUSTOMER = variableName("eavesdrop_whisper_aleg", "variable");

type Wish = Pick<SuperviseRequest, "muted"> & { readonly mode: SupervisionMode };

/** One supervision per supervisor, which follows the call to another agent. */
export class SupervisionDesk {
  readonly #context: ControlContext;
  /** The supervising leg, by organization and supervisor. Bounded by the live supervisors' legs. */
  readonly #legs = new Map<string, Channel>();
  /** Legs whose eavesdropping has ended while the call goes on. */
  readonly #idle = new WeakSet<Channel>();
  /** Who asked for it, for the audit log's entry of its end. */
  readonly #asked = new WeakMap<Channel, string>();
  /** Whom a leg listens to, for the same: the agent may have gone before the supervision ends. Null: no agent's leg. */
  readonly #listened = new WeakMap<Channel, string | null>();
  /** Why a leg is being ended. */
  readonly #reasons = new WeakMap<Channel, SupervisionEnd>();
  /** Retries. Bounded by the live supervisors' legs. */
  readonly #again = new Map<Channel, NodeJS.Timeout>();
  readonly #stop: () => void;

  constructor(context: ControlContext) {
    this.#context = context;
    this.#stop = context.registry.onChange((change) => {
      if (change.type === "ended" || change.type === "updated") {
        for (const leg of change.call.supervisorLegs) {
          this.#look(leg);
          // FreeSWITCH ends the leg later, when nothing may be told of the call any more.
          if (change.type === "ended") this.#tellEnd(change.call, leg);
        }
      } else if (change.type === "supervision") this.#onSupervision(change.call, change.leg, change.what);
    });
  }

  close(): void {
    this.#stop();
    for (const timer of this.#again.values()) clearTimeout(timer);
    this.#again.clear();
  }

  /** FreeSWITCH was asked about this leg, because events may have been missed: perhaps it listens to nobody any more, or never began to. */
  clarified(leg: Channel, application: string): void {
    if (leg.copy !== null) return;
    if (application !== "eavesdrop" || this.#context.registry.index.supervisesNobody(leg)) this.#idle.add(leg);
    this.#look(leg);
  }

  /** Starts, switches or ends a supervision; a start resolves on MEDIA_BUG_START, a switch, which has no event, on the reply. */
  async supervise(actor: Actor, call: Call, request: SuperviseRequest): Promise<Supervised | null> {
    if (request.mode === "off" && request.agent === undefined && actor.agentId === null) {
      assertMaySupervise(actor, request.mode);
      // Without a phone of its own, the actor ends all supervisions of the call.
      const supervisors = call.supervisorLegs.flatMap(({ supervision }) => supervision?.agentId ?? []);
      await Promise.all(supervisors.map((supervisor) => this.#off(actor, call, supervisor)));
      return null;
    }
    const supervisor = this.#supervisor(actor, call, request);
    const mode = request.mode ?? this.#modeOn(call, supervisor) ?? "listen";
    assertMaySupervise(actor, mode);
    if (mode === "off") return this.#off(actor, call, supervisor);
    return this.#context.activities.run(workOf(call, supervisor), { name: `supervise.${mode}`, by: actor, whileRinging: "waits" }, async (signal) => {
      const current = this.#legs.get(key(call, supervisor));
      const target = supervisedLeg(call, supervisor, request.target, mode);
      if (current !== undefined && !current.hungUp) {
        if (current.call === call && current.supervision?.target === target.uuid) return this.#change(actor, call, current, { ...request, mode }, signal);
        await this.#endAsked(current);
      }
      return this.#start(actor, call, supervisor, target, { ...request, mode }, signal);
    });
  }

  #modeOn(call: Call, supervisor: string): SupervisionMode | undefined {
    const leg = this.#legs.get(key(call, supervisor));
    return leg?.call === call && !leg.hungUp ? leg.supervision?.mode : undefined;
  }

  async #off(actor: Actor, call: Call, supervisor: string): Promise<null> {
    // The phone may ring for another call, which goes on.
    const whileRinging = call.supervisorLegs.some((leg) => leg.agentId === supervisor && !leg.answered) ? "callsOff" : "waits";
    return this.#context.activities.run(workOf(call, supervisor), { name: "supervise.off", by: actor, whileRinging }, async () => {
      const current = this.#legs.get(key(call, supervisor));
      if (current?.call === call) await this.#endAsked(current);
      return null;
    });
  }

  #supervisor(actor: Actor, call: Call, request: SuperviseRequest): string {
    const agent = request.agent ?? actor.agentId;
    if (agent === null) throw invalid("agent", "is needed, because this token has no phone of its own.");
    const { directory } = this.#context;
    const known = directory.agent(call.organizationId ?? -1, agent) ?? directory.agentByExtension(call.organizationId ?? -1, agent);
    if (known === undefined) throw notFound(`The agent ${agent}`);
    if (known.agentId === actor.agentId) return known.agentId;
    if (actor.role === "supervisor") throw new CallplaneError("Forbidden", "A supervisor may name only the supervisor's own phone.");
    // A supervision that goes on although its supervisor has become an agent can still be ended.
    if (request.mode !== "off" && !directory.supervises(known.organizationId, known.agentId)) throw new CallplaneError("Forbidden", `The agent ${known.agentId} may not supervise.`);
    return known.agentId;
  }

  async #start(actor: Actor, call: Call, supervisor: string, target: Channel, { mode, muted = false }: Wish, signal: AbortSignal): Promise<Supervised> {
    const context = this.#context;
    const phone = phoneOf(context, organizationOf(context, call), supervisor);
    await assertReachable(context, nodeOf(context, target), phone);
    const leg = await ring(
      context,
      {
        call,
        endpoint: phone.endpoint,
        user: phone.user,
        role: "supervisor",
        agentId: supervisor,
        callerId: call.from || null,
        callerName: call.fromName,
        guard: target,
        variables: { eavesdrop_enable_dtmf: "false", absolute_codec_string: NARROW_BAND },
        state: { w: { a: supervisor, m: mode, t: context.registry.now(call.node).getTime(), u: target.uuid } },
      },
      signal,
    );
    this.#asked.set(leg, actor.name);
    try {
      // Before anybody could hear the supervisor.
      if (muted) await muteLeg(context, leg, true, signal);
      await this.#listen(leg, target, mode, signal);
    } catch (error) {
      await release(context, leg);
      throw error;
    }
    answerHelp(this.#context.registry, call);
    this.#tell(call, leg, "supervision.start", "call.supervision.started", actor.name);
    return supervised(call, leg, mode);
  }

  /** Whoever is to be muted is so before the mode changes, and whoever is not, after it. */
  async #change(actor: Actor, call: Call, leg: Channel, { mode, muted }: Wish, signal: AbortSignal): Promise<Supervised> {
    if (muted === true) await muteLeg(this.#context, leg, true, signal);
    await this.#switch(actor, call, leg, mode);
    if (muted === false) await muteLeg(this.#context, leg, false, signal);
    return supervised(call, leg, mode);
  }

  async #switch(actor: Actor, call: Call, leg: Channel, mode: SupervisionMode): Promise<void> {
    if (leg.supervision === null || leg.supervision.mode === mode) return;
    await nodeOf(this.#context, leg).send(commands.eavesdropMode(leg.uuid, DIGIT[mode]));
    this.#context.registry.annotateLeg(leg, { supervision: { mode } });
    this.#context.registry.markChanged(call);
    answerHelp(this.#context.registry, call);
    this.#tell(call, leg, "supervision.switch", "call.supervision.switched", actor.name);
  }

  /** Eavesdrops on the target in this mode. Both variables are set each time, because the leg keeps the earlier ones. */
  async #listen(leg: Channel, target: Channel, mode: SupervisionMode, signal: AbortSignal): Promise<void> {
    const { registry } = this.#context;
    const node = nodeOf(this.#context, leg);
    const before = target.eavesdrops;
    const set = (name: typeof TO_AGENT, on: boolean): Promise<string> => node.api(commands.setVariable(leg.uuid, name, variableValue(String(on), "mode")));
    const send = (): Promise<unknown> =>
      Promise.all([set(TO_AGENT, mode !== "listen"), set(TO_CUSTOMER, mode === "barge"), node.send(commands.execute(leg.uuid, "eavesdrop", target.uuid, newUuid()))]);
    await confirmed(this.#context, node, send, {
      uuids: [leg.uuid, target.uuid],
      proof: () => whileUp(target.eavesdrops > before, [leg, "supervisor"], [target, "agent"]),
      of: "MEDIA_BUG_START",
      signal,
    });
    this.#listened.set(leg, target.agentId);
    registry.annotateLeg(leg, { supervision: { target: target.uuid } });
    if (leg.call !== null) registry.markChanged(leg.call);
  }

  #onSupervision(call: Call, leg: Channel, what: "started" | "idle" | "ended"): void {
    if (leg.supervision === null) return;
    const id = key(call, leg.supervision.agentId);
    if (what === "started") this.#legs.set(id, leg);
    else if (what === "idle") {
      this.#idle.add(leg);
      this.#look(leg);
    } else {
      this.#idle.delete(leg);
      this.#tryAgain(leg, false);
      if (this.#legs.get(id) === leg) this.#legs.delete(id);
      if (!call.ended) this.#tellEnd(call, leg);
    }
  }

  #tellEnd(call: Call, leg: Channel): void {
    // Without the supervisor's answer there was no supervision.
    if (leg.answered) this.#tell(call, leg, "supervision.end", "call.supervision.ended", this.#asked.get(leg) ?? "system", this.#reasons.get(leg) ?? "hung_up");
    this.#asked.delete(leg);
  }

  /** The leg follows its call to another agent, and ends when no agent can come any more. */
  #look(leg: Channel): void {
    const { call, supervision } = leg;
    if (leg.hungUp) return;
    if (supervision === null) this.#end(leg, "failed");
    else if (call === null || call.ended) this.#end(leg, "call_ended");
    // A start or a follow under way takes care of the leg.
    else if (this.#idle.has(leg) && leg.answered && !this.#context.activities.busy(workOf(call, supervision.agentId))) void this.#follow(call, leg, supervision);
  }

  /** Listens to the call's new agent in the same mode. */
  async #follow(call: Call, leg: Channel, { agentId, mode }: NonNullable<Channel["supervision"]>): Promise<void> {
    const target = agentLeg(call, null);
    if (target === undefined && call.legs.some((each) => each.partner !== null || each.inConference)) {
      this.#end(leg, "no_agent");
      return;
    }
    // An agent may still come: the call waits, or a phone rings.
    if (target === undefined || !target.answered || (target.partner === null && !target.inConference && call.mode !== "held")) return;
    if (target.agentId === agentId) {
      this.#end(leg, "own_call");
      return;
    }
    this.#idle.delete(leg);
    try {
      await this.#context.activities.run(workOf(call, agentId), { name: "supervise.follow", by: SYSTEM }, (signal) => this.#listen(leg, target, mode, signal));
      this.#tell(call, leg, "supervision.follow", "call.supervision.switched", "system");
    } catch (error) {
      if (leg.hungUp) return;
      this.#context.logger.warn({ err: error, call: call.id, channel: leg.uuid }, "a supervision could not follow its call; retrying");
      this.#idle.add(leg);
      this.#tryAgain(leg, true);
    }
  }

  async #endAsked(leg: Channel): Promise<void> {
    this.#reasons.set(leg, "asked");
    await end(this.#context, leg);
  }

  #end(leg: Channel, reason: SupervisionEnd): void {
    if (!this.#reasons.has(leg)) this.#reasons.set(leg, reason);
    if (this.#again.has(leg)) return;
    // When the node is back, FreeSWITCH is asked about the leg.
    if (this.#context.nodes.get(leg.node).status().state !== "ready") return;
    void release(this.#context, leg).then(() => this.#tryAgain(leg, !leg.hungUp));
    this.#tryAgain(leg, true);
  }

  #tryAgain(leg: Channel, again: boolean): void {
    clearTimeout(this.#again.get(leg));
    this.#again.delete(leg);
    if (!again) return;
    this.#again.set(leg, setTimeout(() => {
      this.#again.delete(leg);
      this.#look(leg);
    }, AGAIN_MS));
  }

  #tell(call: Call, leg: Channel, action: string, type: SupervisionChange["type"], who: string, reason?: SupervisionEnd): void {
    const { supervision } = leg;
    if (supervision === null) return;
    const { audit, announce, registry } = this.#context;
    const agent = this.#listened.get(leg) ?? call.legs.find(({ uuid }) => uuid === supervision.target)?.agentId ?? null;
    const detail = { supervisor: supervision.agentId, mode: supervision.mode, leg: leg.uuid, watched: supervision.target, agent, ...(reason === undefined ? {} : { reason }) };
    audit.append({ at: new Date(), organizationId: call.organizationId, actor: who, action, target: call.id, detail });
    if (call.ended && reason === undefined) return;
    const at = call.ended ? call.changedAt : (leg.hungUpAt ?? registry.now(call.node));
    announce({ type, call: subjectOf(registry, call), agent: supervision.agentId, mode: supervision.mode, at, ...(reason === undefined ? {} : { reason }) });
  }
}

const key = (call: Call, supervisor: string): string => `${call.organizationId ?? ""}:${supervisor}`;
const workOf = (call: Call, supervisor: string): string => `supervisor:${key(call, supervisor)}`;
