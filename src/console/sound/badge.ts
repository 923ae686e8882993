/** The tab's title and icon: the state of whoever is logged in, by shape, word and colour, for a tab that is not looked at. */
import type { Agent, Call, Mode } from "../api/types.js";
import { AGENT_LOOKS, agentStateOf, type AgentState, type Colour, type Shape } from "../states.js";

export type Badge = { readonly kind: "agent"; readonly state: AgentState } | { readonly kind: "mode"; readonly mode: Mode } | { readonly kind: "none" };

/** A supervision comes first: nobody may forget that it goes on. */
export function badgeOf(agentId: string | null, agents: ReadonlyMap<string, Agent>, calls: ReadonlyMap<string, Call>): Badge {
  if (agentId === null) return { kind: "none" };
  for (const { supervision } of calls.values()) {
    const own = supervision.find(({ agent }) => agent === agentId);
    if (own !== undefined) return { kind: "mode", mode: own.mode };
  }
  const agent = agents.get(agentId);
  return agent === undefined ? { kind: "none" } : { kind: "agent", state: agentStateOf(agent, calls) };
}

const GLYPHS: Readonly<Record<Shape, string>> = { disc: "●", square: "■", triangle: "▲", bars: "‖", hourglass: "⧗", park: "Ⓟ", half: "◐", clock: "◷", ring: "○", warning: "⚠" };
const MODE_GLYPHS: Readonly<Record<Mode, string>> = { listen: "Ⓛ", whisper: "Ⓦ", barge: "Ⓑ" };

export interface BadgeWords {
  readonly product: string;
  readonly agentState: Readonly<Record<AgentState, string>>;
  readonly mode: Readonly<Record<Mode, string>>;
}

export function titleOf(badge: Badge, { product, agentState, mode }: BadgeWords): string {
  if (badge.kind === "none") return product;
  if (badge.kind === "mode") return `${MODE_GLYPHS[badge.mode]} ${mode[badge.mode]} · ${product}`;
  return `${GLYPHS[AGENT_LOOKS[badge.state].shape]} ${agentState[badge.state]} · ${product}`;
}

/** On light and on dark tabs alike: between the two themes. */
const COLOURS: Readonly<Record<Colour, string>> = { ok: "#1f8f52", call: "#2f6fe0", ring: "#0d8aa5", hold: "#b06a00", wrap: "#7d4fd6", away: "#a06f00", off: "#75828f", alarm: "#d23b31" };
const MODE_COLOURS: Readonly<Record<Mode, string>> = { listen: "#5b6b7b", whisper: "#7d4fd6", barge: "#d23b31" };
const DRAWN: Readonly<Record<Shape, string>> = {
  disc: '<circle cx="8" cy="8" r="7"/>',
  square: '<rect x="1.5" y="1.5" width="13" height="13" rx="3"/>',
  triangle: '<path d="M8 1 15.4 15H.6Z"/>',
  bars: '<path d="M2 1h4.4v14H2zM9.6 1H14v14H9.6z"/>',
  hourglass: '<path d="M2 1h12v3L9.8 8l4.2 4v3H2v-3l4.2-4L2 4z"/>',
  park: '<path d="M4 1h5a5 5 0 0 1 0 10H7v4H4z"/>',
  half: '<path d="M8 1a7 7 0 0 0 0 14z"/><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6"/>',
  clock: '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2.4"/><path d="M7 4h2v3.6l2.6 1.7-1 1.6L7 8.6z"/>',
  ring: '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2.4" stroke-dasharray="3.4 2.2"/>',
  warning: '<path d="M8 .8 15.8 15H.2Z" /><path d="M7 5.4h2v4.4H7zM7 11h2v2H7z" fill="#fff"/>',
};

/** The icon as a data: URL; null: the product's own. */
export function iconOf(badge: Badge): string | null {
  if (badge.kind === "none") return null;
  const [colour, drawn] =
    badge.kind === "mode"
      ? [MODE_COLOURS[badge.mode], `<rect width="16" height="16" rx="4"/><text x="8" y="12.2" fill="#fff" font-family="sans-serif" font-weight="700" font-size="12" text-anchor="middle">${badge.mode.charAt(0).toUpperCase()}</text>`]
      : [COLOURS[AGENT_LOOKS[badge.state].colour], DRAWN[AGENT_LOOKS[badge.state].shape]];
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="${colour}" color="${colour}">${drawn}</svg>`)}`;
}

const OWN_ICON = "/icon.svg";

export function showBadge(badge: Badge, words: BadgeWords): void {
  const title = titleOf(badge, words);
  if (document.title !== title) document.title = title;
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = iconOf(badge) ?? OWN_ICON;
  if (link !== null && link.getAttribute("href") !== href) link.href = href;
}
