// graphql-codegen's client preset with persisted documents. Usage: npm run codegen
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: ["moon.ts"],
  emitLegacyCommonJSImports: false,
  generates: {
    "./gql/": {
      preset: "client",
      presetConfig: { persistedDocuments: true, fragmentMasking: false },
      // Every scalar of ours is a string on the wire, but for JSON.
      config: { defaultScalarType: "string", scalars: { JSON: "unknown" }, useTypeImports: true },
    },
  },
};

export default config;
