import { startApiProbe } from "../../probe/api-probe.ts";
import {
  answerConnections,
  connectAndRead,
  receiveDatagrams,
  relayConnections,
  sendDatagram,
  sourceOf,
} from "./packets.ts";
import type { AgentCommand, AgentMessage, AgentRequest } from "./protocol.ts";

// The harness's hands in one network namespace: a process cannot change its own, so each has a helper.

const probes: (() => void)[] = [];

function tell(message: AgentMessage): void {
  process.send?.(message);
}

async function perform(command: AgentCommand): Promise<string | null> {
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
    case "probe":
      probes.push(startApiProbe({ ...command, report: (sample) => tell({ kind: "probe", sample }) }));
      return null;
    case "stop-probes":
      for (const stop of probes.splice(0)) stop();
      return null;
  }
}

process.on("message", (request: AgentRequest) => {
  perform(request.command).then(
    (value) => tell({ kind: "reply", id: request.id, value }),
    (error: unknown) =>
      tell({ kind: "failed", id: request.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
tell({ kind: "ready" });
