/** What an API does with the conferences that go on. */
import { invalid, notFound } from "../../errors.js";
import type { HttpMethod } from "../ports.js";
import { ProgramError } from "../program-error.js";
import type { Run } from "../run.js";
import { soundsOf } from "./announcement.js";
import type { Conference } from "./conference.js";
import type { ConferenceEnd } from "./kept.js";
import type { Conferences, EndedConference } from "./conferences.js";
import type { Participant } from "./participant.js";

export interface ShownConference {
  readonly sid: string;
  readonly name: string;
  readonly status: "init" | "in-progress" | "completed";
  readonly createdAt: Date;
  /** Null while it goes on. */
  readonly ended: ConferenceEnd | null;
  /** In the order of joining. */
  readonly participants: readonly ShownParticipant[];
}

export type ShownParticipant = Pick<Participant, "callSid" | "label" | "muted" | "held" | "coached" | "startConferenceOnEnter" | "endConferenceOnExit" | "joinedAt" | "isInRoom">;

/** What is to be otherwise; what is not given stays. */
export interface ParticipantWish {
  readonly muted?: boolean;
  readonly held?: boolean;
  /** What the held one hears; absent: hold music. */
  readonly holdUrl?: string;
  /** Absent: GET. */
  readonly holdMethod?: HttpMethod;
  /** The CallSid of the one who alone hears this one; null: everybody does again. */
  readonly coached?: string | null;
  readonly endConferenceOnExit?: boolean;
  /** Heard by this participant alone. */
  readonly announceUrl?: string;
  /** Absent: POST. */
  readonly announceMethod?: HttpMethod;
}

/** How long the sounds of an address may take to come. */
const SOUNDS_MS = 15_000;

/** `which`: a sid or a name; `who`: a CallSid or a label. Throws NotFound for what is not there, and Conflict for a participant who still waits. */
export class ConferenceDesk {
  readonly #conferences: Conferences;

  constructor(conferences: Conferences) {
    this.#conferences = conferences;
  }

  /** Those that have ended, in the order of their ends, then those that go on, in the order of their beginnings. */
  list(organizationId: number): readonly ShownConference[] {
    return [...this.#conferences.ended(organizationId).map(shownEnded), ...this.#conferences.of(organizationId).map(shown)];
  }

  /** One that has ended by its sid alone: its name may be another one's by now. */
  find(organizationId: number, which: string): ShownConference | undefined {
    const found = this.#conferences.find(organizationId, which);
    if (found !== undefined) return shown(found);
    const ended = this.#conferences.ended(organizationId).find(({ sid }) => sid === which);
    return ended === undefined ? undefined : shownEnded(ended);
  }

  /** All leave, and go on with their own documents. */
  async end(organizationId: number, which: string): Promise<void> {
    this.#conference(organizationId, which).end();
  }

  /** Everybody hears what the address gives: a sound, or a document that speaks and plays. Throws InvalidParameter when it cannot be had. */
  async announce(organizationId: number, which: string, url: string, method: HttpMethod = "POST"): Promise<void> {
    const conference = this.#conference(organizationId, which);
    const [someone] = conference.participants;
    if (someone === undefined) throw notFound(`The conference ${which}`);
    await conference.announce(url, await this.#sounds(conference, someone.run, { parameter: "AnnounceUrl", url, method }), null);
  }

  async change(organizationId: number, which: string, who: string, wish: ParticipantWish): Promise<void> {
    const conference = this.#conference(organizationId, which);
    const participant = this.#participant(conference, who);
    const { signal } = participant.run;
    if (wish.muted !== undefined) await conference.mute(participant, wish.muted, signal);
    if (wish.held !== undefined) {
      const sounds = wish.held && wish.holdUrl !== undefined ? await this.#sounds(conference, participant.run, { parameter: "HoldUrl", url: wish.holdUrl, method: wish.holdMethod ?? "GET" }) : [];
      await conference.hold(participant, wish.held, sounds, signal);
    }
    if (wish.coached !== undefined) await conference.coach(participant, wish.coached);
    if (wish.endConferenceOnExit !== undefined) conference.endsOnExit(participant, wish.endConferenceOnExit);
    if (wish.announceUrl !== undefined) {
      const sounds = await this.#sounds(conference, participant.run, { parameter: "AnnounceUrl", url: wish.announceUrl, method: wish.announceMethod ?? "POST" });
      await conference.announce(wish.announceUrl, sounds, participant);
    }
  }

  /** The participant leaves; the call goes on with its own document. */
  async remove(organizationId: number, which: string, who: string): Promise<void> {
    this.#participant(this.#conference(organizationId, which), who).takeOut("participant_updated_via_api");
  }

  async #sounds(conference: Conference, run: Run, { parameter, url, method }: { readonly parameter: string; readonly url: string; readonly method: HttpMethod }): Promise<readonly string[]> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(invalid(parameter, "did not answer in time.")), SOUNDS_MS);
    try {
      const { sid, name } = conference.facts;
      return await soundsOf(run, url, method, [["ConferenceSid", sid], ["FriendlyName", name], ["AccountSid", run.call.account.accountSid], ["CallSid", run.callSid]], late.signal);
    } catch (error) {
      conference.announcementFailed(url, error instanceof Error ? error.message : "It cannot be had.");
      if (error instanceof ProgramError) throw invalid(parameter, `cannot be played: ${error.message}`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #conference(organizationId: number, which: string): Conference {
    const found = this.#conferences.find(organizationId, which);
    if (found === undefined) throw notFound(`The conference ${which}`);
    return found;
  }

  #participant(conference: Conference, who: string): Participant {
    const found = conference.participant(who);
    if (found === undefined) throw notFound(`The participant ${who}`);
    return found;
  }
}

function shown({ facts, state, createdAt, participants }: Conference): ShownConference {
  return { sid: facts.sid, name: facts.name, status: state === "init" ? "init" : "in-progress", createdAt, ended: null, participants };
}

const shownEnded = (ended: EndedConference): ShownConference => ({ ...ended, status: "completed", participants: [] });
