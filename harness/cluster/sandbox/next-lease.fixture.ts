import { answerErrand } from "./in-sandbox.fixture.ts";

/** An address that a node of either lease has, as plans do that are made again. */
const address = "172.31.9.9";
const closedPort = 9;

await answerErrand<null>(1, async (_input, pool) => {
  const seen: string[] = [];
  for (let count = 0; count < 2; count++) {
    await using cluster = await pool.acquireCluster();
    const node = await cluster.acquireNode();
    await node.exec(["ip", "addr", "add", `${address}/32`, "dev", "eth0"]);
    const answer = cluster.connectFromOutside(address, closedPort, 2_000);
    seen.push(await answer.catch((thrown: unknown) => String(thrown)));
  }
  return seen;
});
