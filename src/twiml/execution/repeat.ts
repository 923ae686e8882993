/** Does it as often as `loop` says, 0 until somebody ends it; not again after `stop` is aborted, or when it says so by `false`. */
export async function repeat(loop: number, stop: AbortSignal | undefined, work: () => Promise<boolean | undefined>): Promise<void> {
  for (let time = 0; (loop === 0 || time < loop) && stop?.aborted !== true; time++) if ((await work()) === false) return;
}
