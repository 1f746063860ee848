// Prints what Khronos's validator finds in glTF files:
// node gltf_check.mjs FILE.glb…  ->  [{"errors": 0, "warnings": 1, "messages": ["CODE at POINTER: text"…]}…]
import { readFileSync } from "node:fs";
import validator from "gltf-validator";

const SEVERITIES = ["error", "warning", "information", "hint"];
const reports = await Promise.all(
  process.argv.slice(2).map((path) => validator.validateBytes(new Uint8Array(readFileSync(path)))),
);
console.log(
  JSON.stringify(
    reports.map(({ issues }) => ({
      errors: issues.numErrors,
      warnings: issues.numWarnings,
      messages: issues.messages.map(
        ({ code, pointer, message, severity }) =>
          `${SEVERITIES[severity]} ${code} at ${pointer}: ${message}`,
      ),
    })),
  ),
);
