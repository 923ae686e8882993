import { describeReal } from "../lab/describe-real.js";
import { createRealLab } from "../lab/real.js";
import { liveAudioSuite } from "./suite.js";

describeReal("live audio on a real FreeSWITCH", await createRealLab(), (lab) => liveAudioSuite(async () => lab, (real, party, codecs) => real.speaks(party, codecs)));
