/** A caller profile: who calls whom, as FreeSWITCH keeps it on each channel and shows it as `Caller-…` and `Other-Leg-…`. */
export interface CallerProfile {
  readonly uuid: string;
  readonly direction: "inbound" | "outbound";
  logicalDirection: "inbound" | "outbound";
  readonly username: string;
  dialplan: string;
  cidName: string;
  cidNumber: string;
  readonly originalCidName: string;
  readonly originalCidNumber: string;
  calleeName: string;
  calleeNumber: string;
  readonly networkAddr: string;
  readonly ani: string;
  destination: string;
  context: string;
  readonly channelName: string;
  readonly times: ProfileTimes;
}

/** Microseconds since the epoch, 0 while it has not happened. */
export interface ProfileTimes {
  profileCreated: number;
  created: number;
  answered: number;
  progress: number;
  hangup: number;
  transferred: number;
  bridged: number;
  lastHold: number;
  holdAccumulated: number;
}

export const newTimes = (nowUs: number): ProfileTimes => ({
  profileCreated: nowUs,
  created: nowUs,
  answered: 0,
  progress: 0,
  hangup: 0,
  transferred: 0,
  bridged: 0,
  lastHold: 0,
  holdAccumulated: 0,
});

/** A copy with its own times, as the other leg keeps it. */
export const cloneProfile = (profile: CallerProfile): CallerProfile => ({ ...profile, times: { ...profile.times } });

/** The profile's headers under `prefix` (`Caller` or `Other-Leg`); empty values are left out, as FreeSWITCH does. */
export function profileHeaders(profile: CallerProfile, prefix: "Caller" | "Other-Leg"): [string, string][] {
  const t = profile.times;
  const headers: [string, string][] = [
    [`${prefix}-Direction`, profile.direction],
    [`${prefix}-Logical-Direction`, profile.logicalDirection],
    [`${prefix}-Username`, profile.username],
    [`${prefix}-Dialplan`, profile.dialplan],
    [`${prefix}-Caller-ID-Name`, profile.cidName],
    [`${prefix}-Caller-ID-Number`, profile.cidNumber],
    [`${prefix}-Orig-Caller-ID-Name`, profile.originalCidName],
    [`${prefix}-Orig-Caller-ID-Number`, profile.originalCidNumber],
    [`${prefix}-Callee-ID-Name`, profile.calleeName],
    [`${prefix}-Callee-ID-Number`, profile.calleeNumber],
    [`${prefix}-Network-Addr`, profile.networkAddr],
    [`${prefix}-ANI`, profile.ani],
    [`${prefix}-Destination-Number`, profile.destination],
    [`${prefix}-Unique-ID`, profile.uuid],
    [`${prefix}-Source`, "mod_sofia"],
    [`${prefix}-Context`, profile.context],
    [`${prefix}-Channel-Name`, profile.channelName],
    [`${prefix}-Profile-Index`, prefix === "Caller" ? "1" : ""],
    [`${prefix}-Profile-Created-Time`, String(t.profileCreated)],
    [`${prefix}-Channel-Created-Time`, String(t.created)],
    [`${prefix}-Channel-Answered-Time`, String(t.answered)],
    [`${prefix}-Channel-Progress-Time`, String(t.progress)],
    [`${prefix}-Channel-Progress-Media-Time`, "0"],
    [`${prefix}-Channel-Hangup-Time`, String(t.hangup)],
    [`${prefix}-Channel-Transfer-Time`, String(t.transferred)],
    [`${prefix}-Channel-Resurrect-Time`, "0"],
    [`${prefix}-Channel-Bridged-Time`, String(t.bridged)],
    [`${prefix}-Channel-Last-Hold`, String(t.lastHold)],
    [`${prefix}-Channel-Hold-Accum`, String(t.holdAccumulated)],
    [`${prefix}-Screen-Bit`, "true"],
    [`${prefix}-Privacy-Hide-Name`, "false"],
    [`${prefix}-Privacy-Hide-Number`, "false"],
  ];
  return headers.filter(([, value]) => value !== "");
}
