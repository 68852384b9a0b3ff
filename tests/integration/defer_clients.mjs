// Real clients ask for a deferred fragment. Usage: node defer_clients.mjs CLIENT ADDRESS; prints one line of JSON.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental";
import { Client, fetchExchange } from "@urql/core";
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";
import WebSocket from "ws";

const [, , name, address] = process.argv;
const birth = { date: "1990-03-15", time: "10:30", latitude: 19.076, longitude: 72.878, zone: { name: "Asia/Kolkata" } };
const CHART = `query Chart($birth: BirthInput!) {
  chart(birth: $birth) { id lagna { rashi } ...Heavy @defer(label: "heavy") grahas { graha } }
}
fragment Heavy on Chart { varga(division: 9) { code lagna { rashi } } grahas { longitude } }`;

const accepts = [];
const contents = [];
async function listened(url, options) {
  accepts.push(new Headers(options.headers).get("accept"));
  const response = await fetch(url, options);
  contents.push(response.headers.get("content-type"));
  return response;
}

function apollo(incrementalHandler) {
  const link = new HttpLink({ uri: address, fetch: listened });
  const client = new ApolloClient({ link, cache: new InMemoryCache(), incrementalHandler });
  return new Promise((resolve, reject) => {
    const states = [];
    client.watchQuery({ query: gql(CHART), variables: { birth } }).subscribe({
      error: reject,
      next: ({ data, dataState, error }) => {
        if (error) reject(error);
        if (data) states.push({ data, state: dataState });
        if (dataState === "complete") resolve(states);
      },
    });
  });
}

function urql() {
  const client = new Client({ url: address, exchanges: [fetchExchange], preferGetMethod: false, fetch: listened });
  return new Promise((resolve, reject) => {
    const states = [];
    client.query(CHART, { birth }).subscribe(({ data, error, hasNext }) => {
      if (error) reject(error);
      states.push({ data, state: hasNext ? "streaming" : "complete" });
      if (!hasNext) resolve(states);
    });
  });
}

async function plain(client) {
  const found = [];
  for await (const result of client.iterate({ query: CHART, variables: { birth } })) found.push(result);
  client.dispose();
  return found;
}

const CLIENTS = {
  "apollo-20220824": () => apollo(new Defer20220824Handler()),
  "apollo-17alpha9": () => apollo(new GraphQL17Alpha9Handler()),
  urql,
  ws: () => plain(createWs({ url: address.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 })),
  sse: () => plain(createSse({ url: address, retryAttempts: 0, fetchFn: listened })),
  "sse-single": () => plain(createSse({ url: address, singleConnection: true, retryAttempts: 0 })),
};

console.log(JSON.stringify({ states: await CLIENTS[name](), accepts, contents }));
process.exit(0);
