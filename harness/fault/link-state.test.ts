import { expect, test } from "vitest";
import { routesOf } from "./link-state.ts";

const json = JSON.stringify([
  {
    type: "1",
    dst: "default",
    gateway: "172.30.0.1",
    dev: "eth0",
    protocol: "3",
    scope: "0",
    flags: ["linkdown"],
  },
  { type: "1", dst: "10.9.0.0/24", table: "198", protocol: "4", metric: 5, flags: [], nexthops: [] },
]);
const text = `unicast default via 172.30.0.1 dev eth0 table main proto boot scope global linkdown
unicast 10.9.0.0/24 table 198 proto static metric 5 expires 12sec \\	nexthop via 172.30.0.2 dev eth0 weight 1 \\	nexthop via 172.30.0.3 dev eth0 weight 2
`;

test("what ip prints is what makes the route again, without what follows the link's state or runs out", () => {
  expect(routesOf(4, json, text).map(({ restore }) => restore.join(" "))).toEqual([
    "ip -4 route add unicast default via 172.30.0.1 dev eth0 table main proto boot scope global",
    "ip -4 route add unicast 10.9.0.0/24 table 198 proto static metric 5 nexthop via 172.30.0.2 dev eth0 weight 1 nexthop via 172.30.0.3 dev eth0 weight 2",
  ]);
});

test("two prints that do not fit together are an error, not a guess", () => {
  expect(() => routesOf(4, json, text.split("\n").slice(0, 1).join("\n"))).toThrow("[state/unreadable]");
});
