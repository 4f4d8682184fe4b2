import { testKnownIssues } from "../known-issues.fixture.ts";
import { eraOf } from "./eras.ts";

testKnownIssues(import.meta.url, {
  engine: "kube-vip",
  repository: "kube-vip/kube-vip",
  isRelease: (text) => eraOf(text) !== undefined,
});
