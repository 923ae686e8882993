// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { h } from "vue";
import { ApiProblem, unreachable } from "../../../src/console/api/problem.js";
import type { Me } from "../../../src/console/api/types.js";
import LoginForm from "../../../src/console/pages/login/LoginForm.vue";
import { ALICE, mount, settled, shown } from "../mounted/mount.js";
import { button, names, named, one, texts, textOf, type } from "../mounted/page.js";

async function form(login: () => Promise<Me>, props: { readonly username?: string } = {}) {
  const done: string[] = [];
  const mounted = await mount(() => h(LoginForm, { ...props, onDone: (me: Me) => done.push(me.username) }));
  const asked = vi.spyOn(mounted.console.session, "login").mockImplementation(login);
  return { ...mounted, asked, done };
}
const password = (): HTMLInputElement => named<HTMLInputElement>("input", "Password");
const fill = async (): Promise<void> => {
  type(named<HTMLInputElement>("input", "User name"), "alice");
  type(password(), "secret");
  await settled();
};
const submit = (): void => one<HTMLFormElement>("form").requestSubmit();

describe("the login", () => {
  it("asks once with what was entered, and is done", async () => {
    const { asked, done } = await form(() => Promise.resolve(ALICE));
    expect([names("input"), password().autocomplete, password().type]).toEqual([["User name", "Password"], "current-password", "password"]);
    await fill();
    submit();
    await shown(() => done).toEqual(["alice"]);
    expect(asked.mock.calls).toEqual([["alice", "secret"]]);
  });

  it("cannot be sent again while it is on its way", async () => {
    await form(() => new Promise(() => undefined));
    await fill();
    submit();
    await shown(() => button("Sign in").disabled).toBe(true);
  });

  it.each([
    [401, "Unauthorized", "User name or password is wrong."],
    [429, "TooManyRequests", "Too many attempts. Wait a minute, then try again."],
    [403, "Forbidden", "This user is locked out."],
  ])("says in words what %i is, keeps what was entered, and nothing of it at the next attempt", async (status, code, text) => {
    let isWrong = true;
    const { done } = await form(() => (isWrong ? Promise.reject(new ApiProblem({ status, code, message: "This user is locked out." })) : Promise.resolve(ALICE)));
    await fill();
    submit();
    await shown(() => texts("[role=alert]")).toEqual([text]);
    expect([password().value, password().getAttribute("aria-invalid"), textOf(document.getElementById(password().getAttribute("aria-describedby") ?? ""))]).toEqual(["secret", "true", text]);
    isWrong = false;
    submit();
    await shown(() => done).toEqual(["alice"]);
    expect(texts("[role=alert]")).toEqual([""]);
  });

  it("says that the server is not reached", async () => {
    await form(() => Promise.reject(unreachable()));
    await fill();
    submit();
    await shown(() => texts("[role=alert]")).toEqual(["The server cannot be reached. Try again."]);
  });

  it("shows the password when that is wanted, and hides it again", async () => {
    await form(() => Promise.resolve(ALICE));
    button("Show the password").click();
    await settled();
    expect([password().type, button("Hide the password").getAttribute("aria-pressed")]).toEqual(["text", "true"]);
    button("Hide the password").click();
    await settled();
    expect(password().type).toBe("password");
  });

  it("says that caps lock is on, and takes what a browser fills in for no key", async () => {
    await form(() => Promise.resolve(ALICE));
    const key = new KeyboardEvent("keyup", { key: "A" });
    vi.spyOn(key, "getModifierState").mockImplementation((name) => name === "CapsLock");
    password().dispatchEvent(key);
    await shown(() => texts(".hint")).toEqual(["Caps lock is on."]);
    // As Chrome does when it fills in a password that it knows.
    password().dispatchEvent(new Event("keyup"));
    await shown(() => texts(".hint")).toEqual([]);
  });

  it("is for the same person alone where the session has ended under their work", async () => {
    await form(() => Promise.resolve(ALICE), { username: "alice" });
    const user = named<HTMLInputElement>("input", "User name");
    expect([user.value, user.readOnly]).toEqual(["alice", true]);
  });
});
