import { optionRows } from "../../harness/run/option-table.ts";
import type { CommandHelp } from "./command-help.ts";

// Commands whose program is a file of few lines.

export const doctorHelp: CommandHelp = {
  name: "doctor",
  usage: "[options]",
  about: "Says what this machine can run, what is missing, and the line that repairs it. Changes nothing.",
  options: optionRows("as-root"),
  examples: [
    ["", "What a run finds here."],
    ["--as-root", "What a run with --as-root finds."],
  ],
  exitCodes: { 0: "a conformance run can start", 2: "something is missing", 64: "bad arguments" },
};

export const pageHelp: CommandHelp = {
  name: "page",
  usage: "DIR",
  about: "Makes report.html of a run again, from what the run left in its directory.",
  options: [],
  examples: [
    ["out/20261122T115012Z-7", "Of that run."],
    [".", "Of the run whose directory this is."],
  ],
  exitCodes: { 0: "made", 2: "could not be made", 64: "bad arguments, or no directory of a run" },
};

export const attestHelp: CommandHelp = {
  name: "attest",
  usage: "DIR --key FILE",
  about: `Signs the report in DIR as an in-toto test result (attestation.sigstore.json, a Sigstore bundle): with a private key of
your own, without any network, or with the identity of the CI job that it runs in. The report names the digests of all
its evidence, so that the signature is about every file.`,
  options: [
    { name: "key", value: "FILE", help: "Private key, PEM: Ed25519 or ECDSA P-256." },
    {
      name: "keyless",
      help: "Sign as the CI job (GitHub Actions with id-token: write, or SIGSTORE_ID_TOKEN); a public log keeps it.",
    },
    { name: "fulcio", value: "URL", help: "Certificate authority. Default: the public one." },
    { name: "rekor", value: "URL", help: "Transparency log. Default: the public one." },
  ],
  more: `Keys:
  openssl genpkey -algorithm ed25519 -out key.pem && openssl pkey -in key.pem -pubout -out public.pem
  npm run verify -- out/20261122T114611Z-7 --key public.pem`,
  examples: [
    ["out/20261122T114611Z-7 --key key.pem", "Signs that run's report."],
    ["out/20261122T114611Z-7 --keyless", "The same in a CI job, with its identity."],
  ],
  exitCodes: { 0: "signed", 2: "could not be signed", 64: "bad arguments" },
};

export const snapshotHelp: CommandHelp = {
  name: "snapshot",
  usage: "[DIR]",
  about: `Saves the network state of this machine for an audit, with a shell script and the tools that it asks; as root. Changes
nothing. Where there is no Node: sh scripts/audit/snapshot.sh DIR. To look into a container's network:
nsenter --net=/proc/PID/ns/net sh snapshot.sh DIR`,
  options: [],
  examples: [
    ["node-1", "Into that directory, which is made."],
    ["", "Into one that is named after host and time."],
  ],
  exitCodes: { 0: "saved", 2: "a tool is missing or failed; the rest is saved", 64: "bad arguments" },
};
