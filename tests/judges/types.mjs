// The TypeScript that GraphQL Code Generator makes: of all that a schema has, and of each file of operations on it.
//   schema, operations …    as files
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as everything from "@graphql-codegen/typescript";
import * as operations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";

const [schema, ...files] = process.argv
  .slice(2)
  .map((file) => ({ location: file, document: parse(readFileSync(file, "utf8")) }));
const scalars = schema.document.definitions.filter(({ kind }) => kind === "ScalarTypeDefinition");
const written = (plugin, documents) =>
  codegen({
    filename: "generated.ts",
    schema: schema.document,
    documents,
    config: { strictScalars: true, scalars: Object.fromEntries(scalars.map(({ name }) => [name.value, "string"])) },
    plugins: [{ plugin: {} }],
    pluginMap: { plugin },
  });
const texts = { schema: await written(everything, []) };
for (const file of files) texts[basename(file.location, ".graphql")] = await written(operations, [file]);
console.log(JSON.stringify(texts));
