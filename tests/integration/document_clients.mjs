// graphql-sse asks for a document by an id. Usage: node document_clients.mjs single|distinct ADDRESS ID; prints one line of JSON.
import { createClient } from "graphql-sse";

const [, , mode, url, documentId] = process.argv;
let asked = 0;
const fetchFn = (...request) => {
  asked += 1;
  return fetch(...request);
};
// Its retries are left on where the protocol says that a refusal is an event: one that were none would be asked for again.
const single = { singleConnection: true, retryAttempts: 0 };
const client = createClient({ url, fetchFn, ...(mode === "single" ? single : {}) });

const told = { results: [] };
try {
  for await (const result of client.iterate({ documentId })) told.results.push(result);
} catch (error) {
  told.status = error.response.status;
}
client.dispose();
console.log(JSON.stringify({ ...told, asked }));
process.exit(0);
