import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const sweepsForeignRoutes: Mutant = {
  name: "sweeps-foreign-routes",
  breaks: "Every host route of the table is taken for the engine's own, whoever put it there.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/551",
  scenario: "route-several-services",
  oracle: "bystander",
  behaviour: () => ({ ...sound, ownsRoute: ({ dst }) => dst !== "" }),
};
