/** What the TwiML engine runs for the calls of a phone line. */
import type { VoiceDirectory } from "./directory.js";
import { lineOfProgram, programOf, type HttpMethod, type PhoneLineRecord } from "./lines.js";

export interface ProgramAddress {
  readonly url: string;
  readonly method: HttpMethod;
}

export interface LineProgram {
  /** As the leg's variable `callplane_program` has it. */
  readonly name: string;
  readonly organizationId: number;
  /** Asked for the first document. */
  readonly document: ProgramAddress;
  readonly fallback: ProgramAddress | null;
  /** Takes the caller whom neither can serve; null: the caller is told so, and the call ends. */
  readonly department: string | null;
  /** Where the end of the call is told (https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource, StatusCallback); null: nowhere. */
  readonly statusCallback: (ProgramAddress & { readonly events: readonly ["completed"] }) | null;
  readonly direction: "inbound";
  /** The line's number, E.164, however the trunk wrote it. */
  readonly to: string;
  /** Shown to who is dialled, E.164. */
  readonly callerId: string;
  /** The line's id. */
  readonly line: number;
}

export interface LineProgramOptions {
  readonly voice: Pick<VoiceDirectory, "config" | "line" | "lineWithNumber">;
  /** Where this process answers, without a slash at its end. */
  readonly ownUrl: () => string;
}

/** Callplane's own application, below `ownUrl` or the URL by which the outside reaches it. */
export const OWN_VOICE_PATH = "/voicetwilio/voice";

export class LinePrograms {
  readonly #options: LineProgramOptions;

  constructor(options: LineProgramOptions) {
    this.#options = options;
  }

  /** The program by the leg's variable; null: its line is gone, is another organization's, or is no application's any more. */
  find(organizationId: number, name: string): LineProgram | null {
    const id = lineOfProgram(name);
    const line = id === null ? undefined : this.#options.voice.line(organizationId, id);
    return line === undefined ? null : this.#of(line);
  }

  /** The id of the organization's line with this number, E.164; undefined: it has none. */
  lineOf(organizationId: number, number: string): number | undefined {
    const line = this.#options.voice.lineWithNumber(number);
    return line?.organizationId === organizationId ? line.id : undefined;
  }

  #of(line: PhoneLineRecord): LineProgram | null {
    const { voice, ownUrl } = this.#options;
    const { organizationId, number, targetType, target, voiceMethod, fallbackUrl, fallbackMethod, fallbackDepartment, callerId } = line;
    if (targetType !== "config" && targetType !== "url") return null;
    const config = targetType === "config" ? voice.config(organizationId, Number(target)) : undefined;
    const told = line.statusCallback === null ? (config?.settings.statusCallback ?? null) : { url: line.statusCallback, method: line.statusCallbackMethod };
    return {
      name: programOf(line),
      organizationId,
      document: targetType === "config" ? { url: `${ownUrl()}${OWN_VOICE_PATH}`, method: "POST" } : { url: target, method: voiceMethod },
      fallback: fallbackUrl === null ? null : { url: fallbackUrl, method: fallbackMethod },
      department: fallbackDepartment,
      statusCallback: told === null ? null : { url: told.url, method: told.method, events: ["completed"] },
      direction: "inbound",
      to: number,
      callerId: callerId ?? number,
      line: line.id,
    };
  }
}
