import { describeReal } from "../lab/describe-real.js";
import { createRealLab } from "../lab/real.js";
import { useQueueStage } from "./stage.js";
import { departmentSuite } from "./suite.js";

describeReal("departments on a real FreeSWITCH", await createRealLab(), (lab) => departmentSuite(useQueueStage(async () => lab)));
