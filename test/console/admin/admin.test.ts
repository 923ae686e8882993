import createClient from "openapi-fetch";
import { describe, expect, it } from "vitest";
import type { paths } from "../../../src/console/api/openapi.js";
import { adminEn } from "../../../src/console/messages/admin.en.js";
import { credentialPairs, departmentsText, phoneWordsOf } from "../../../src/console/pages/admin/agents/agents.js";
import { tokenStateOf } from "../../../src/console/pages/admin/tokens/tokens.js";
import { worstOf } from "../../../src/console/pages/admin/trunks/trunks.js";
import { nameUsers, usersOf } from "../../../src/console/pages/admin/used-by.js";

describe("what still uses something", () => {
  it("is told by kind, with the way to each", () => {
    expect(usersOf([{ type: "line", id: "1" }, { type: "department", id: "sales" }, { type: "line", id: "2" }, { type: "organization", id: "1" }])).toEqual([
      { type: "line", users: [{ id: "1", to: { path: "/admin/lines", query: { open: "1" } } }, { id: "2", to: { path: "/admin/lines", query: { open: "2" } } }] },
      { type: "department", users: [{ id: "sales", to: { path: "/admin/departments", query: { open: "sales" } } }] },
      { type: "organization", users: [{ id: "1", to: { path: "/admin/organization" } }] },
    ]);
  });
});

it("is told by name: the line by its number, the agent with the extension", async () => {
  const answers: Readonly<Record<string, object>> = { "/voiceconfig/phonelines/1": { phoneNumber: "+12125550100", name: "Main" }, "/voiceconfig/voiceagents/a7": { name: "Alice Moreau", extension: "1001" } };
  const api = createClient<paths>({ baseUrl: "http://localhost", fetch: async (request) => Promise.resolve(Response.json(answers[new URL(request.url).pathname])) });
  expect(await nameUsers(api, [{ type: "line", id: "1" }, { type: "agent", id: "a7" }])).toEqual(new Map([["line 1", "+12125550100 (Main)"], ["agent a7", "Alice Moreau (1001)"]]));
});

describe("states in the administration", () => {
  it("of a token is the last thing that happened to it", () => {
    const now = Date.parse("2026-11-30T00:00:00Z");
    const expires = (iso: string, revoked = false) => tokenStateOf({ expires: iso, revoked }, now);
    expect([expires("2026-12-01T00:00:00Z"), expires("2026-11-29T00:00:00Z"), expires("2026-12-01T00:00:00Z", true)]).toEqual(["valid", "ended", "revoked"]);
  });

  it("of a trunk is the worst that a switch says", () => {
    const gateway = (state: "up" | "down" | "unknown") => ({ node: "a", state, registration: null });
    expect([worstOf([gateway("up"), gateway("down")]), worstOf([gateway("up"), gateway("unknown")]), worstOf([gateway("up")]), worstOf([])]).toEqual(["down", "unknown", "up", "unknown"]);
  });

  it("of a phone's password speak of an old one only where there is one to lose", () => {
    const hint = (hasPassword: boolean, isShown: boolean): string | null => phoneWordsOf(hasPassword, isShown, adminEn.agents).hint;
    expect(hint(true, false)).toBe(adminEn.agents.resetHint);
    expect([hint(true, true), hint(false, false)]).toEqual([null, adminEn.agents.firstHint]);
  });

  it("of an agent's departments name the star", () => {
    expect([departmentsText(["*", "sales"], adminEn), departmentsText([], adminEn)]).toEqual(["Sees all, sales", "None"]);
    expect(credentialPairs({ user: "1001", domain: "d", password: "p" }, adminEn.secret).map(({ value }) => value)).toEqual(["1001", "d", "p"]);
  });
});
