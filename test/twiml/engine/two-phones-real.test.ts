import { describeReal } from "../../lab/describe-real.js";
import { createRealLab, type RealLab } from "../../lab/real.js";
import { twoPhonesSuite, type Phone, type TwoPhones } from "./two-phones-suite.js";

describeReal("a client with two phones on a real FreeSWITCH", await createRealLab(), (lab) => twoPhonesSuite(() => open(lab), 300));

async function open(lab: RealLab): Promise<TwoPhones> {
  const second = await lab.phoneBeside("1001");
  return {
    lab,
    ring: () => lab.phone("1001", { kind: "no-answer" }),
    answer: async (phone) => (phone === "first" ? lab.answer("1001") : second.answer()),
    hangUp: (phone) => (phone === "first" ? lab.hangUp("1001") : second.hangUp()),
    up: async () => {
      const found: Phone[] = [];
      for (const [, uuid = "", port] of (await lab.switchEsl.api("show channels")).matchAll(/^([^,]+),.*?,sofia\/internal\/(?:sip:)?1001@127\.0\.0\.1:(\d+),/gm)) {
        // FreeSWITCH lists a leg that has refused for as long as another one of the same call rings.
        if ((await lab.switchEsl.api(`uuid_getvar ${uuid} hangup_cause`)).trim() === "_undef_") found.push(Number(port) === second.port ? "second" : "first");
      }
      return found.sort();
    },
    close: async () => {
      await second.register({ expires: 0 });
      second.close();
      await lab.close();
    },
  };
}
