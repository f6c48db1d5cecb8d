// The TypeScript that GraphQL Code Generator makes: of all that a schema has, and of operations on it.
//   schema, operations …    as files
import { readFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as everything from "@graphql-codegen/typescript";
import * as operations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";

const [schema, ...documents] = process.argv
  .slice(2)
  .map((file) => ({ location: file, document: parse(readFileSync(file, "utf8")) }));
const scalars = schema.document.definitions.filter(({ kind }) => kind === "ScalarTypeDefinition");
const written = (plugin) =>
  codegen({
    filename: "generated.ts",
    schema: schema.document,
    documents,
    config: { strictScalars: true, scalars: Object.fromEntries(scalars.map(({ name }) => [name.value, "string"])) },
    plugins: [{ plugin: {} }],
    pluginMap: { plugin },
  });
console.log(JSON.stringify({ schema: await written(everything), operations: await written(operations) }));
