/** Listens to the keys of the desk while it is open. */
import { onMounted, onUnmounted } from "vue";
import { AFTER_G_MS, isField, keysAreOn } from "../../keys.js";
import { deedOf, type KeyDeed } from "./keys.js";

export function useKeys(perform: (deed: KeyDeed) => void): void {
  let gAt = -Infinity;
  const pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.repeat || event.isComposing || isField(event.target) || document.querySelector("dialog[open]") !== null) return;
    // A letter on a button is still the desk's; Enter and the space bar are the button's.
    // The letter after it is not the desk's.
    const isAfterG = event.timeStamp - gAt < AFTER_G_MS;
    gAt = event.key.toLowerCase() === "g" ? event.timeStamp : -Infinity;
    if (isAfterG || !keysAreOn()) return;
    const deed = deedOf(event);
    if (deed === null) return;
    event.preventDefault();
    perform(deed);
  };
  onMounted(() => document.addEventListener("keydown", pressed));
  onUnmounted(() => document.removeEventListener("keydown", pressed));
}
