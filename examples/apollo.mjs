// Apollo Client 4: persisted queries by POST and GET, a WebSocket, and a cache that knows the schema. Usage: node apollo.mjs
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import WebSocket from "ws"; // browsers and Node 22 have their own
import { possibleTypes, typePolicies } from "./apollo-cache.mjs";

const url = process.env.GRAHAQL_URL ?? "http://localhost:8000/graphql";
const birth = { date: "1990-03-15", time: "10:30", latitude: 19.076, longitude: 72.878, zone: { name: "Asia/Kolkata" } };

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Births go by POST, for an address is logged on its way; a token of one may stand in it.
const socket = createClient({ url: url.replace(/^http/, "ws"), webSocketImpl: WebSocket });
const byPost = new PersistedQueryLink({ sha256 });
const byGet = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
const http = ApolloLink.split(({ variables }) => "token" in variables, byGet, byPost).concat(new HttpLink({ uri: url }));
const isLive = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
const client = new ApolloClient({
  link: ApolloLink.split(isLive, new GraphQLWsLink(socket), http),
  cache: new InMemoryCache({ typePolicies, possibleTypes }),
});

const MOON = gql`
  query Moon($birth: BirthInput!, $settings: SettingsInput) {
    chart(birth: $birth, settings: $settings) { id token moment { local } moon: graha(name: MOON) { id rashi nakshatra pada text } }
  }
`;
const UTC = gql`query Utc($token: ChartToken!) { chartByToken(token: $token) { id moment { utc } } }`;
const BOTH = gql`fragment Both on Chart { moment { local utc } moon: graha(name: MOON) { text } }`;
const SKY = gql`subscription Sky($place: PlaceInput!) { sky(place: $place, every: 1) { at lagnaRashi grahas { graha } } }`;

const { chart } = (await client.query({ query: MOON, variables: { birth } })).data;
console.log("Moon:", chart.moon.rashi, chart.moon.nakshatra, chart.moon.pada);
await client.query({ query: MOON, variables: { birth, settings: { ayanamsha: "RAMAN" } } });
await client.query({ query: UTC, variables: { token: chart.token } });
const both = client.cache.readFragment({ id: client.cache.identify(chart), fragment: BOTH });
console.log("Cache:", both.moment.local, "is", both.moment.utc, "Moon still at", both.moon.text);

let count = 0;
const live = client.subscribe({ query: SKY, variables: { place: { latitude: 19.076, longitude: 72.878 } } }).subscribe({
  next({ data: { sky } }) {
    console.log("Sky:", sky.at, sky.lagnaRashi, sky.grahas.length);
    if (++count < 2) return;
    live.unsubscribe();
    socket.dispose();
  },
});
