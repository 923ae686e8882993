/** Listens to the keys of the desk while it is open. */
import { onMounted, onUnmounted } from "vue";
import { createAfterField, createAfterG, isField, keysAreOn } from "../../keys.js";
import { deedOf, type KeyDeed } from "./keys.js";

export function useKeys(perform: (deed: KeyDeed) => void): void {
  const isAfterG = createAfterG();
  const isAfterField = createAfterField();
  // Before anybody else, also before the button that has the focus: Enter would press it.
  const caught = (event: KeyboardEvent): void => {
    if (isAfterField(event)) event.preventDefault();
  };
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
  onMounted(() => {
    document.addEventListener("keydown", caught, { capture: true });
    document.addEventListener("keydown", pressed);
  });
  onUnmounted(() => {
    document.removeEventListener("keydown", caught, { capture: true });
    document.removeEventListener("keydown", pressed);
  });
}
