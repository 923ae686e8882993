import { describeReal } from "../lab/describe-real.js";
import { createRealLab } from "../lab/real.js";
import { contractSuites } from "./suites/index.js";

describeReal("the contract on a real FreeSWITCH", await createRealLab(), (lab) => contractSuites(async () => lab));
