// Relay with persisted documents. Usage: npm run relay, grahaql persist relay/persisted.json, node relay/ask.mjs
import runtime from "relay-runtime";
import query from "./__generated__/MoonQuery.graphql.js";

const { Environment, Network, RecordSource, Store, fetchQuery } = runtime;
const url = process.env.GRAHAQL_URL ?? "http://localhost:8000/graphql";
const birth = { date: "1990-03-15", time: "10:30", latitude: 19.076, longitude: 72.878, zone: { name: "Asia/Kolkata" } };

// The whole network layer: the id that the compiler wrote, and the variables. `id` and `documentId` are understood, too.
async function send({ id }, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ doc_id: id, variables }),
  });
  return response.json();
}

const environment = new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });
const { chart } = await fetchQuery(environment, query, { birth }).toPromise();
console.log("Moon:", chart.moon.rashi, chart.moon.nakshatra, chart.moon.pada);
