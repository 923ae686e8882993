/** Listens to the keys of the desk while it is open. */
import { onMounted, onUnmounted } from "vue";
import { createAfterG, isField, keysAreOn } from "../../keys.js";
import { deedOf, type KeyDeed } from "./keys.js";

export function useKeys(perform: (deed: KeyDeed) => void): void {
  const isAfterG = createAfterG();
  const pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.repeat || event.isComposing || isField(event.target) || document.querySelector("dialog[open]") !== null) return;
    // A letter on a button is still the desk's; Enter and the space bar are the button's.
    // The letter after `G` is not the desk's.
    if (isAfterG(event) || !keysAreOn()) return;
    const deed = deedOf(event);
    if (deed === null) return;
    event.preventDefault();
    perform(deed);
  };
  onMounted(() => document.addEventListener("keydown", pressed));
  onUnmounted(() => document.removeEventListener("keydown", pressed));
}
