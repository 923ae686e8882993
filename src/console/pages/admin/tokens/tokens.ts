export type TokenState = "valid" | "ended" | "revoked";

export const tokenStateOf = ({ revoked, expires }: { readonly revoked: boolean; readonly expires: string }, now: number): TokenState => (revoked ? "revoked" : Date.parse(expires) <= now ? "ended" : "valid");
