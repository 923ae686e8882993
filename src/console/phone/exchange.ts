/** Another microphone in a call that is up. */

/** Puts the track in place of the one that the call sends, and stops whichever is not used. False: the call does not take it, and goes on with the one before. */
export async function exchangeTrack({ stream, sender, track, isThere }: { readonly stream: MediaStream; readonly sender: Pick<RTCRtpSender, "replaceTrack">; readonly track: MediaStreamTrack; readonly isThere: () => boolean }): Promise<boolean> {
  try {
    await sender.replaceTrack(track);
  } catch {
    track.stop();
    return !isThere();
  }
  // The call has ended meanwhile, and has given back what it knew of.
  if (!isThere()) {
    track.stop();
    return true;
  }
  for (const old of stream.getAudioTracks()) {
    old.stop();
    stream.removeTrack(old);
  }
  stream.addTrack(track);
  return true;
}
