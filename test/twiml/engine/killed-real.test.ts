import { describeReal } from "../../lab/describe-real.js";
import { createRealLab } from "../../lab/real.js";
import { killedSuite } from "./killed-suite.js";

describeReal("programs of a Callplane that is killed, on a real FreeSWITCH", await createRealLab(), (lab) => killedSuite(async () => lab, 300));
