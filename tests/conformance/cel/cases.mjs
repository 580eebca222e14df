// Prints the constant cases of CEL's own conformance suite whose value a rule can have, one JSON object a line:
// {"name", "expr", "is"}, where `is` is the value as CEL text, or null for a case that must fail.
import { tests } from "@bufbuild/cel-spec/testdata/conformance.js";

function literal(value) {
  if ("boolValue" in value) return String(value.boolValue);
  if ("int64Value" in value) return `(${value.int64Value})`;
  if ("doubleValue" in value && Number.isFinite(Number(value.doubleValue))) {
    const text = String(Number(value.doubleValue));
    return /[.e]/.test(text) ? `(${text})` : `(${text}.0)`;
  }
  return undefined;
}

function print(suite, path) {
  for (const { original } of suite.tests ?? []) {
    const closed = !original.bindings && !original.typeEnv && !original.container;
    const is = original.evalError ? null : literal(original.value ?? {});
    if (closed && is !== undefined) {
      console.log(JSON.stringify({ name: `${path}/${original.name}`, expr: original.expr, is }));
    }
  }
  for (const inner of suite.suites ?? []) print(inner, path ? `${path}/${inner.name}` : inner.name);
}

print(tests, "");
