import { describeReal } from "../../lab/describe-real.js";
import { createRealLab } from "../../lab/real.js";
import { streamVerbsSuite } from "./streams-suite.js";

describeReal("live audio of voice programs on a real FreeSWITCH", await createRealLab(), (lab) => streamVerbsSuite(async () => lab, 100));
