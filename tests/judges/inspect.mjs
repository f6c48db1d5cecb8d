// What GraphQL Inspector says: of the changes from one schema to another, and of operations against the newer one.
//   old schema, new schema, operations …    as files
import { readFileSync } from "node:fs";
import { diff, DiffRule, validate } from "@graphql-inspector/core";
import { buildSchema, Source } from "graphql";

const [released, current, ...operations] = process.argv.slice(2);
const schema = (file) => buildSchema(readFileSync(file, "utf8"));
// What a release has called deprecated may go.
const changes = await diff(schema(released), schema(current), [DiffRule.suppressRemovalOfDeprecatedField]);
const sources = operations.map((file) => new Source(readFileSync(file, "utf8"), file));
const invalid = validate(schema(current), sources);
console.log(
  JSON.stringify({
    changes: changes.map(({ type, path, message, criticality }) => ({ type, path, message, level: criticality.level })),
    invalid: invalid.map(({ source, errors, deprecated }) => ({
      file: source.name,
      errors: errors.map(({ message }) => message),
      deprecated: deprecated.map(({ message }) => message),
    })),
  }),
);
