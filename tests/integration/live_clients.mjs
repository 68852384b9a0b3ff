// Real clients against a server of live answers. Usage: node live_clients.mjs CLIENT ADDRESS; prints one line of JSON.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { Client, fetchExchange } from "@urql/core";
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";
import WebSocket from "ws";

const [, , name, address] = process.argv;
const PLACE = '{latitude: 19.076, longitude: 72.878, zone: {offset: "+05:30"}}';
const SKY = `subscription Sky { sky(place: ${PLACE}, every: 1) { at lagnaRashi grahas { graha longitude } } }`;
const VERSION = "query Version { engine { zoneDatabase } }";
const WRONG = "subscription { nogql }";

async function taken(results, count) {
  const found = [];
  for await (const result of results) {
    found.push(result);
    if (found.length === count) break;
  }
  return found;
}

async function failure(results) {
  try {
    for await (const result of results) if (result.errors) return result.errors.map((error) => error.message);
  } catch (error) {
    return [error].flat().map((one) => one.message);
  }
}

// The two clients of one author have one interface: a live stream goes on beside a query, another stream and an error.
async function both(client) {
  const live = client.iterate({ query: SKY });
  const first = (await live.next()).value;
  const [[query], wrong, other] = await Promise.all([
    taken(client.iterate({ query: VERSION })),
    failure(client.iterate({ query: WRONG })),
    taken(client.iterate({ query: SKY }), 1),
  ]);
  const second = (await live.next()).value;
  await live.return();
  const [again] = await taken(client.iterate({ query: VERSION }));
  client.dispose();
  return { events: [first, second], query, wrong, other: other.length, again };
}

function apollo() {
  const client = new ApolloClient({ link: new HttpLink({ uri: address }), cache: new InMemoryCache() });
  return new Promise((resolve, reject) => {
    const events = [];
    const subscription = client.subscribe({ query: gql(SKY) }).subscribe({
      error: reject,
      next: async (result) => {
        events.push(result);
        if (events.length < 2) return;
        subscription.unsubscribe();
        resolve({ events, query: await client.query({ query: gql(VERSION) }) });
      },
    });
  });
}

function urql() {
  const client = new Client({
    url: address, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false,
  });
  return new Promise((resolve) => {
    const events = [];
    const subscription = client.subscription(SKY, {}).subscribe(async (result) => {
      events.push({ data: result.data, error: result.error?.message });
      if (events.length !== 2) return;
      subscription.unsubscribe();
      const query = await client.query(VERSION, {}).toPromise();
      resolve({ events, query: { data: query.data, error: query.error?.message } });
    });
  });
}

const CLIENTS = {
  ws: () => both(createWs({ url: address.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 })),
  sse: () => both(createSse({ url: address, retryAttempts: 0 })),
  "sse-single": () => both(createSse({ url: address, singleConnection: true, retryAttempts: 0 })),
  apollo,
  urql,
};

// urql does not wait for the body that it aborts when a subscription is unsubscribed.
process.on("unhandledRejection", (error) => {
  if (error.name !== "AbortError") throw error;
});

console.log(JSON.stringify(await CLIENTS[name]()));
process.exit(0);
