/** The voice applications of the small world. */
import { invalid, notFound } from "../../src/errors.js";
import type { Actor, Directory } from "../../src/people/index.js";
import type { VoiceAccountFace } from "../../src/voice-app/index.js";

interface Ports {
  readonly directory: Directory;
  readonly note: (method: string, ...rest: readonly unknown[]) => void;
}

export function organizationOf(directory: Directory, who: Actor, domain: string | undefined): number {
  if (who.organizationId === null && domain === undefined) throw invalid("domain", "is needed.");
  const id = who.organizationId ?? (domain === undefined ? undefined : directory.organizationByDomain(domain)?.id);
  if (id === undefined) throw notFound("The domain");
  return id;
}

export function fakeVoiceAccounts({ directory, note }: Ports): VoiceAccountFace {
  const at = new Date("2026-11-20T10:00:00Z");
  const account = (who: Actor, domain: string | undefined) => ({ organizationId: organizationOf(directory, who, domain), sid: `AC${"0".repeat(32)}`, createdAt: at, rotatedAt: at, hasPrevious: false });
  const act = (name: string) => async (who: Actor, domain: string | undefined) => {
    const found = account(who, domain);
    note(`account.${name}`);
    return { ...found, authToken: "f".repeat(32) };
  };
  const [create, rotate, forget] = [act("create"), act("rotate"), act("forgetPrevious")];
  return {
    get: account,
    create,
    rotate: (who, _keepsPrevious, domain) => rotate(who, domain),
    forgetPrevious: forget,
  };
}
