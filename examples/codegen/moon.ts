// Typed by the schema, sent by its hash. Usage: npm run codegen, then node codegen/build/moon.js
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { graphql } from "./gql/gql.js";
import type { BirthInput } from "./gql/graphql.js";

const url = process.env.GRAHAQL_URL ?? "http://localhost:8000/graphql";
const birth: BirthInput = {
  date: "1990-03-15",
  time: "10:30",
  latitude: 19.076,
  longitude: 72.878,
  zone: { name: "Asia/Kolkata" }, // two ways to say the zone at once would not compile
};

const moonDocument = graphql(`
  query CodegenMoon($birth: BirthInput!) {
    chart(birth: $birth) { moon: graha(name: MOON) { rashi nakshatra pada } moment { utc } }
  }
`);

async function post<Data>(body: object): Promise<{ data?: Data; errors?: { extensions: { code: string } }[] }> {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json() as Promise<{ data?: Data }>;
}

async function ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const documentId = (document as { __meta__?: { hash?: string } }).__meta__?.hash;
  const { data, errors } = await post<Data>({ documentId, variables });
  if (!data) throw new Error(errors?.map(({ extensions }) => extensions.code).join(", "));
  return data;
}

const { chart } = await ask(moonDocument, { birth });
const utc: string | undefined = chart?.moment.utc;
console.log("Moon:", chart?.moon.rashi, chart?.moon.nakshatra, chart?.moon.pada, utc);

// Where only known documents are answered, another text is refused.
const { errors } = await post({ query: "{ engine { version } }" });
console.log("Another document:", errors?.[0]?.extensions.code ?? "answered");
