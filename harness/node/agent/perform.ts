import { startApiProbe } from "../../probe/api-probe.ts";
import {
  answerConnections,
  connectAndRead,
  receiveDatagrams,
  relayConnections,
  sendDatagram,
  sourceOf,
} from "./packets.ts";
import { reachNeighbour } from "./neighbour.ts";
import type { AgentCommand, ProbeSample } from "./protocol.ts";

/**
 * The harness's hands in the network namespace of this process.
 *
 * @param onProbe - hears of every look of the probes
 * @returns does one command; rejects with what the system said
 */
export function createHands(
  onProbe: (sample: ProbeSample) => void,
): (command: AgentCommand) => Promise<string | null> {
  const probes: (() => void)[] = [];
  return async (command) => {
    switch (command.do) {
      case "relay":
        await relayConnections(command.host, command.port, command.toHost, command.toPort);
        return null;
      case "answer":
        await answerConnections(command.address, command.port);
        return null;
      case "receive":
        await receiveDatagrams(command.port);
        return null;
      case "received":
        return sourceOf(command.payload, command.timeoutMs);
      case "send":
        await sendDatagram(command.from, command.to, command.port, command.payload);
        return null;
      case "connect":
        return connectAndRead(command);
      case "reach":
        return reachNeighbour(command.address, command.timeoutMs);
      case "probe":
        probes.push(startApiProbe({ ...command, report: onProbe }));
        return null;
      case "stop-probes":
        for (const stop of probes.splice(0)) stop();
        return null;
    }
  };
}
