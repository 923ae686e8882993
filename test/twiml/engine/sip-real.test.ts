import { describeReal } from "../../lab/describe-real.js";
import { createRealLab } from "../../lab/real.js";
import { sipSuite } from "./sip-suite.js";

describeReal("what programs are told of SIP on a real FreeSWITCH", await createRealLab(), (lab) => sipSuite(async () => lab, 300));
