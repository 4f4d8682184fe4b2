import { expect, test } from "vitest";
import { parseSimulation } from "./apt.js";

const simulation = `NOTE: This is only a simulation!
Inst libipset13 (7.17-1 Debian:12.15/oldstable [amd64])
Inst libxtables12 [1.8.9-2] (1.8.9-3 Debian:12.15/oldstable [amd64])
Inst libmnl0:i386 (1.0.4-3 Debian:12.15/oldstable [i386]) []
Inst ipset (7.17-1 Debian:12.15/oldstable [amd64])
Conf libipset13 (7.17-1 Debian:12.15/oldstable [amd64])
`;

test("what apt would install is taken with its version, upgrades and other architectures too", () => {
  expect(parseSimulation(simulation, ["ipset"])).toEqual([
    "libipset13=7.17-1",
    "libxtables12=1.8.9-3",
    "libmnl0:i386=1.0.4-3",
    "ipset=7.17-1",
  ]);
});

test("a package that dpkg believes installed is taken all the same", () => {
  expect(parseSimulation("0 upgraded, 0 newly installed\n", ["ipset"])).toEqual(["ipset"]);
});
