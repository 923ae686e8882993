import { describeReal } from "../../lab/describe-real.js";
import { createRealLab } from "../../lab/real.js";
import { meetingSuite } from "./meeting-suite.js";

describeReal("conferences and queues of programs on a real FreeSWITCH", await createRealLab(), (lab) => meetingSuite(async () => lab, 300));
