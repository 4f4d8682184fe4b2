import { expect, it } from "vitest";
import { isMatch } from "../model/matcher.ts";
import { parseConntrack } from "../state/conntrack.ts";
import { flowMatchers } from "./flows.ts";

const [eip, pod, outside] = ["172.31.0.9", "10.244.0.5", "198.18.0.9"];
const line = (text: string): string =>
  `ipv4     2 tcp      6 100 ESTABLISHED ${text} [ASSURED] mark=0 use=1\n`;
const inbound = line(
  `src=${outside} dst=${eip} sport=41001 dport=8080 src=${pod} dst=${outside} sport=8080 dport=41001`,
);
const outbound = line(
  `src=${pod} dst=${outside} sport=41002 dport=443 src=${outside} dst=${eip} sport=443 dport=41002`,
);
const untranslated = [
  line(`src=${outside} dst=${eip} sport=1 dport=2 src=${eip} dst=${outside} sport=2 dport=1`),
  line(`src=${pod} dst=${outside} sport=1 dport=2 src=${outside} dst=${pod} sport=2 dport=1`),
  inbound.replaceAll(pod, "10.244.0.55"),
].join("");

/** Of the connection to the address and of the one from the pod: how many there are. */
function countsIn(text: string): readonly number[] {
  const items = parseConntrack(text);
  const matchers = flowMatchers({ kind: "flows", node: "n1", address: eip, pod });
  return matchers.map((matcher) => items.filter((item) => isMatch(matcher, item)).length);
}

it("knows the two ways of a translated connection, and no other connection of the two addresses", () => {
  expect(countsIn(inbound + outbound)).toEqual([1, 1]);
  expect(countsIn(inbound)).toEqual([1, 0]);
  expect(countsIn(outbound)).toEqual([0, 1]);
  expect(countsIn(untranslated)).toEqual([0, 0]);
});
