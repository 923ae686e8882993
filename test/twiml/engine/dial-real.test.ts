import { describeReal } from "../../lab/describe-real.js";
import { createRealLab } from "../../lab/real.js";
import { dialSuite } from "./dial-suite.js";

describeReal("Dial on a real FreeSWITCH", await createRealLab(), (lab) => dialSuite(async () => lab, 300));
