/** How the deliveries of a webhook are named: what belongs to one call is sent in order, and what is told once has a name. */

export const laneOf = (webhook: number, subject: string): string => `webhook ${webhook} ${subject}`;

export const callSubject = (callId: string): string => `call ${callId}`;

/** The name of what is told once of a call. */
export const onceOf = (webhook: number, callId: string, what: "created" | "ended" | "log" | `message ${string}`): string => `webhook ${webhook} call ${callId} ${what}`;
