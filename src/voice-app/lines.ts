/** Phone lines: numbers by which the outside reaches an organization, and where their calls go. */
import type { Expected } from "./config.js";
import type { CallTarget, CallTargetType } from "./targets.js";

export type HttpMethod = "GET" | "POST";

/** What a line has besides its number and target; all of it is optional when a line is made. */
export interface LineSettings {
  readonly name: string;
  /** Whether its conversations are recorded. */
  readonly recorded: boolean;
  /** Of the target's URL. */
  readonly voiceMethod: HttpMethod;
  /** Asked when the application fails; null: none. */
  readonly fallbackUrl: string | null;
  readonly fallbackMethod: HttpMethod;
  /** The department that takes the callers whom no application can serve; null: they are told so, and the call ends. */
  readonly fallbackDepartment: string | null;
  /** Where the end of each call is told; null: nowhere. */
  readonly statusCallback: string | null;
  readonly statusCallbackMethod: HttpMethod;
  /** The trunk by which its calls come, and by which go what its calls dial and what shows its number; null: the organization's dial string counts. */
  readonly trunk: string | null;
  /** Shown to who is dialled by its application, E.164; null: the line's own number. */
  readonly callerId: string | null;
  /** With it requests about the line to Callplane's own application must be signed, unless they are with the account's auth token; null: they need no signature. */
  readonly signingToken: string | null;
}

export interface PhoneLineRecord extends LineSettings {
  readonly id: number;
  readonly organizationId: number;
  /** E.164 with its `+`; one organization's alone. */
  readonly number: string;
  readonly targetType: CallTargetType;
  /** An agent id, a department's name, a configuration's id, or a URL. */
  readonly target: string;
  /** From 1; another one after each change. */
  readonly version: number;
  readonly createdAt: Date;
}

/** A line as the rules of dialling need it. */
export interface OwnLine {
  /** E.164. */
  readonly number: string;
  /** Null: it names none, or one that is not the organization's. */
  readonly trunk: string | null;
}

export interface NewPhoneLine extends Partial<LineSettings> {
  readonly organizationId: number;
  readonly number: string;
  readonly targetType: CallTargetType;
  readonly target: string;
}

export interface PhoneLineChange extends Partial<LineSettings> {
  /** Both or neither. */
  readonly targetType?: CallTargetType;
  readonly target?: string;
}

export interface PhoneLineRepository {
  /**
   * Makes an account for the organization too, when the target is an application and there is none. Throws InvalidParameter naming the field, NotFound for the organization,
   * Conflict when the number is in use anywhere.
   */
  create(input: NewPhoneLine): Promise<PhoneLineRecord>;
  /** Sets what is given. Throws InvalidParameter naming the field, NotFound, PreconditionFailed for another version than expected. */
  update(organizationId: number, id: number, change: PhoneLineChange, isExpected?: Expected): Promise<PhoneLineRecord>;
  /** By its number, or by its id. Throws NotFound, PreconditionFailed. */
  remove(organizationId: number, number: string | number, isExpected?: Expected): Promise<void>;
  list(organizationId?: number): Promise<readonly PhoneLineRecord[]>;
  /** Every organization's own lines, by its id; the oldest first. */
  ownLines(): Promise<ReadonlyMap<number, readonly OwnLine[]>>;
}

/** Where the line's calls go. */
export function targetOf({ targetType, target, voiceMethod }: Pick<PhoneLineRecord, "targetType" | "target" | "voiceMethod">): CallTarget {
  return targetType === "url" ? { type: targetType, to: target, method: voiceMethod } : { type: targetType, to: target };
}

/** What FreeSWITCH's channel variable `callplane_program` says of a line whose calls an application serves. A line's id is never used again. */
export const programOf = ({ id }: Pick<PhoneLineRecord, "id">): string => `line:${id}`;

/** The id of the line that a program belongs to; null for anything else. */
export function lineOfProgram(program: string): number | null {
  const id = /^line:([1-9][0-9]{0,14})$/.exec(program)?.[1];
  return id === undefined ? null : Number(id);
}
