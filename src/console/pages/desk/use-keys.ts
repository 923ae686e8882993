/** Listens to the keys of the desk while it is open. */
import { onMounted, onUnmounted } from "vue";
import { preferences } from "../../preferences.js";
import { deedOf, isField, type KeyDeed } from "./keys.js";

/** `G` begins a way to another page: the letter after it is not the desk's. */
const AFTER_G_MS = 1500;

export function useKeys(perform: (deed: KeyDeed) => void): void {
  let gAt = -Infinity;
  const pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.repeat || event.isComposing || isField(event.target) || document.querySelector("dialog[open]") !== null) return;
    // A letter on a button is still the desk's; Enter and the space bar are the button's.
    const isAfterG = event.timeStamp - gAt < AFTER_G_MS;
    gAt = event.key.toLowerCase() === "g" ? event.timeStamp : -Infinity;
    if (isAfterG || preferences.get("keys") === "off") return;
    const deed = deedOf(event);
    if (deed === null) return;
    event.preventDefault();
    perform(deed);
  };
  onMounted(() => document.addEventListener("keydown", pressed));
  onUnmounted(() => document.removeEventListener("keydown", pressed));
}
