import { createApp, watch } from "vue";
import App from "./App.vue";
import { createApi } from "./api/client.js";
import { Session } from "./api/session.js";
import { createClock } from "./clock.js";
import { CONSOLE, type Console } from "./console.js";
import { watchScrolling } from "./live/scrolling.js";
import { createLiveStore } from "./live/store.js";
import { languageOf, textIn } from "./messages/index.js";
import { Drafts, DRAFTS } from "./pages/desk/drafts.js";
import { pageRoutes } from "./pages/routes.js";
import { createBrowserPhone } from "./phone/browser-phone.js";
import { HANDSET, PHONE } from "./phone/types.js";
import { preferences } from "./preferences.js";
import { createConsoleRouter } from "./router.js";
import { followPages, PAGE_IS_SLOW } from "./shell/page-load.js";
import { browserUpdates, UPDATES } from "./shell/updates.js";
import { createBrowserSound, SOUND } from "./sound/sounds.js";
import { SUPERVISION } from "./supervision/home.js";
import { parts } from "./ui/parts.js";
import "./styles/base.css";

const language = languageOf(preferences.get("language"), navigator.languages);
document.documentElement.lang = language;
document.documentElement.dataset["theme"] = preferences.get("theme") ?? "system";
/** Without words there is nothing to show: what the page says by itself stays then, with a link to load it again. */
const text = parts.load(() => textIn(language, navigator.languages));

const drafts = new Drafts();
const session = new Session({
  somebodyElse() {
    // The first one's: nothing of it may be sent, or asked about, in the name of the other.
    drafts.clear();
    live.close();
    location.replace("/");
  },
});
const api = createApi(session);
const live = createLiveStore({
  ticket: async () => ((await session.token()) === null ? null : (await api.POST("/events/tickets", { body: { presence: true, alive: true } })).data?.ticket ?? null),
  open: (url) => new WebSocket(url),
  url: (query) => `${location.origin.replace(/^http/, "ws")}/ws?${query}`,
  isScrolling: watchScrolling(document),
});
watch(session.state, ({ kind }) => {
  if (kind === "out") drafts.clear();
}, { flush: "sync" });
const begun = session.begin(() => void sayWaiting());
const t = await text;

/** Before there is anything else to see: the application takes its place. */
async function sayWaiting(): Promise<void> {
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  line.className = "starting";
  line.textContent = (await text).shell.starting;
  document.querySelector("#app")?.replaceChildren(line);
}

const given: Console = { session, api, live, clock: createClock(live.skewMs), t };
const sound = createBrowserSound();
const phone = createBrowserPhone(given, () => sound.play("autoAnswer"));
await begun;
const updates = browserUpdates();
parts.connect({ pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), told: () => void updates.look(), reload: () => location.reload() });
const router = createConsoleRouter(session, pageRoutes);
const isSlow = followPages(router, parts);
createApp(App).provide(CONSOLE, given).provide(UPDATES, updates).provide(PAGE_IS_SLOW, isSlow).provide(SOUND, sound).provide(PHONE, phone).provide(HANDSET, phone).provide(DRAFTS, drafts).provide(SUPERVISION, { made: null }).use(router).mount("#app");
