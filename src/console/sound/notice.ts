/** A notice on the desktop, for a call that rings while the page is hidden. */

export interface Notices {
  /** Shows one for what rings; the one before is taken away. */
  show(title: string, body: string): void;
  close(): void;
}

export function createNotices(): Notices {
  let shown: Notification | null = null;
  const close = (): void => {
    shown?.close();
    shown = null;
  };
  return {
    show(title, body) {
      close();
      if (!("Notification" in globalThis) || Notification.permission !== "granted" || document.visibilityState === "visible") return;
      try {
        // Silent: the page rings by itself.
        const notice = new Notification(title, { body, tag: "callplane-ring", icon: "/icon.svg", requireInteraction: true, silent: true });
        notice.onclick = () => {
          focus();
          notice.close();
        };
        shown = notice;
      } catch {
        // Phones' browsers have notices for service workers alone.
      }
    },
    close,
  };
}
