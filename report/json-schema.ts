import { z } from "zod";
import { reportSchema } from "./schema.ts";

/**
 * The JSON Schema of `conformance-report.yaml`, as it is committed in conformance-report.schema.json: for
 * those who read reports without this project.
 */
export function reportJsonSchema(): object {
  return {
    $id: "https://leakproof.dev/schemas/v3/conformance-report.schema.json",
    title: "Leakproof conformance report, schema version 3",
    ...z.toJSONSchema(reportSchema),
  };
}
