import { describeReal } from "../../lab/describe-real.js";
import { createRealLab } from "../../lab/real.js";
import { programSuite } from "./suite.js";

describeReal("voice programs on a real FreeSWITCH", await createRealLab(), (lab) => programSuite(async () => lab, 300));
