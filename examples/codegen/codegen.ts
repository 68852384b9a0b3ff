// graphql-codegen's client preset with persisted documents. Usage: graphql-codegen --config codegen.ts
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: ["moon.ts"],
  generates: {
    "./gql/": {
      preset: "client",
      presetConfig: { persistedDocuments: true, fragmentMasking: false },
      // Every scalar of ours is a string on the wire, but for JSON.
      config: { strictScalars: true, defaultScalarType: "string", scalars: { JSON: "unknown" }, useTypeImports: true },
    },
  },
};

export default config;
