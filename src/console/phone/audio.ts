/** What of the phone only a browser can do: it hears the far end, and sees how loud the microphone is. */

const LOOK_MS = 100;
/** From here on a voice fills the meter: what people speak at is far below full scale. */
const LOUD = 0.25;

/** Watches the microphone's level ten times a second. */
export function meter(stream: MediaStream, level: (level: number) => void): () => void {
  const context = new AudioContext();
  const ear = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(stream).connect(ear);
  const samples = new Float32Array(ear.fftSize);
  const timer = setInterval(() => {
    if (document.visibilityState !== "visible") return;
    ear.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    level(levelOf(Math.sqrt(power)));
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** By loudness as it is heard: 0 at 50 dB below loud, 1 at loud. */
export function levelOf(rms: number): number {
  if (rms <= 0) return 0;
  return Math.min(1, Math.max(0, 1 + (20 * Math.log10(rms / LOUD)) / 50));
}

/** What one call's far end is heard through. */
export interface Earpiece {
  setDevice(id: string | null): void;
  close(): void;
}

export function listen(track: MediaStreamTrack, device: string | null): Earpiece {
  const element = new Audio();
  element.srcObject = new MediaStream([track]);
  element.autoplay = true;
  const setDevice = (id: string | null): void => {
    // Safari has none of it, and a device may be gone.
    if ("setSinkId" in element) element.setSinkId(id ?? "").catch(() => undefined);
  };
  if (device !== null) setDevice(device);
  element.play().catch(() => undefined);
  return {
    setDevice,
    close() {
      element.pause();
      element.srcObject = null;
    },
  };
}
