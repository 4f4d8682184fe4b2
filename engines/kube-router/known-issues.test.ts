import { testKnownIssues } from "../known-issues.fixture.ts";
import { eraOf } from "./eras.ts";

testKnownIssues(import.meta.url, {
  engine: "kube-router",
  repository: "cloudnativelabs/kube-router",
  isRelease: (text) => eraOf(text) !== undefined,
});
