// urql: a query by POST, one by GET and hash (automatic persisted queries), and a subscription over SSE. Usage: node urql.mjs
import { Client, cacheExchange, fetchExchange, gql } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";

const url = process.env.GRAHAQL_URL ?? "http://localhost:8000/graphql";
const birth = { date: "1990-03-15", time: "10:30", latitude: 19.076, longitude: 72.878, zone: { name: "Asia/Kolkata" } };

const Moon = gql`
  query Moon($birth: BirthInput!) {
    chart(birth: $birth) { id token moon: graha(name: MOON) { id rashi nakshatra pada } }
  }
`;
const Navamsha = gql`
  query Navamsha($token: ChartToken!) {
    chartByToken(token: $token) { id varga(division: 9) { id lagna { id rashi } moon: graha(name: MOON) { id rashi } } }
  }
`;
const Sky = gql`
  subscription Sky($place: PlaceInput!) { sky(place: $place, every: 1) { at lagnaRashi grahas { graha rashi } } }
`;

// Births go by POST, for an address is logged on its way; a token of one may stand in it.
const posts = new Client({ url, preferGetMethod: false, exchanges: [cacheExchange, fetchExchange], fetchSubscriptions: true });
const gets = new Client({
  url,
  preferGetMethod: false,
  exchanges: [cacheExchange, persistedExchange({ preferGetForPersistedQueries: "force" }), fetchExchange],
});

async function data(client, document, variables) {
  const result = await client.query(document, variables).toPromise();
  if (result.error) throw result.error;
  return result.data;
}

const { moon, token } = (await data(posts, Moon, { birth })).chart;
console.log("Moon:", moon.rashi, moon.nakshatra, moon.pada);
const { varga } = (await data(gets, Navamsha, { token })).chartByToken;
console.log("Navamsha: lagna", varga.lagna.rashi, "Moon", varga.moon.rashi);

const place = { latitude: 19.076, longitude: 72.878 };
let count = 0;
posts.subscription(Sky, { place }).subscribe(({ data: live, error }) => {
  if (error) throw error;
  console.log("Sky:", live.sky.at, live.sky.lagnaRashi, live.sky.grahas.length);
  if (++count === 2) process.exit(0);
});
