/** A phone asks FreeSWITCH to send the other party of its call elsewhere (sofia.c, sofia_handle_sip_i_refer, with `confirm-blind-transfer`). */
import type { SwitchCore } from "./core/switch-core.js";
import { parkSession, transferSession } from "./transfer.js";

const TRANSFERS = "transfers";

/** Gives how many calls were referred. */
export function referParty(core: SwitchCore, party: string, uri: string): number {
  const [, user = ""] = /^sips?:([^@;?]+)/i.exec(uri) ?? [];
  let referred = 0;
  for (const leg of [...core.channels.values()]) {
    const other = core.channels.get(leg.partnerUuid ?? "");
    if (leg.farEnd.party !== party || !leg.up || !leg.answered || other?.up !== true) continue;
    referred += 1;
    other.setVariable("sip_refer_to", `<${uri}>`);
    other.setVariable("blind_transfer_uuid", leg.uuid);
    leg.setVariable("blind_transfer_uuid", other.uuid);
    leg.setVariable("park_timeout", "600:blind_transfer");
    parkSession(leg);
    transferSession(other, user, "", TRANSFERS);
  }
  return referred;
}
