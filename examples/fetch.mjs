// Nothing but fetch: a chart, typed problems, and a persisted GET that a CDN may keep. Usage: node fetch.mjs
const url = process.env.GRAHAQL_URL ?? "http://localhost:8000/graphql";
const birth = { date: "1990-03-15", time: "10:30", latitude: 19.076, longitude: 72.878, zone: { name: "Asia/Kolkata" } };

async function ask(query, variables, extensions) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables, extensions }),
  });
  const { data, errors } = await response.json();
  if (!data) throw new Error(errors.map(({ extensions: { code, remedy } }) => `${code}: ${remedy}`).join("\n"));
  return data; // `errors` beside data (status 294) are about single fields, which are null
}

// One birth. The token names it where a birth must not stand, as in an address.
const { chart, engine } = await ask(
  `query Moon($birth: BirthInput!) {
    chart(birth: $birth) { token moon: graha(name: MOON) { rashi nakshatra pada text } }
    engine { release }
  }`,
  { birth },
);
console.log("Moon:", chart.moon.rashi, chart.moon.nakshatra, chart.moon.pada, chart.moon.text);

// Several births. This clock showed 23:30 twice; the problem says what to send for either.
const ambiguous = { ref: "kolkata", date: "1945-10-14", time: "23:30", latitude: 22.5726, longitude: 88.3639 };
const { charts } = await ask(
  `query Several($births: [BirthInput!]!) {
    charts(births: $births) { ref chart { lagna { rashi } } problem { code path candidates { utc disambiguation } } }
  }`,
  { births: [{ ...birth, ref: "mumbai" }, ambiguous] },
);
for (const { ref, chart: found, problem } of charts) {
  const choices = problem?.candidates.map(({ utc, disambiguation }) => `${disambiguation} ${utc}`).join(", ");
  console.log(found ? `${ref}: lagna in ${found.lagna.rashi}` : `${ref}: ${problem.code}, send ${choices}`);
}

// A document by its hash: registered once by POST, then a GET under the release, kept for good by whoever stands between.
const document = "query ByToken($token: ChartToken!) { chartByToken(token: $token) { lagna { rashi } } }";
const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(document));
const sha256Hash = Buffer.from(digest).toString("hex");
await ask(document, { token: chart.token }, { persistedQuery: { version: 1, sha256Hash } });
const address = `${url}/${engine.release}/sha256:${sha256Hash}?${new URLSearchParams({
  variables: JSON.stringify({ token: chart.token }),
})}`;
const kept = await fetch(address);
console.log("GET:", kept.status, kept.headers.get("cache-control"), (await kept.json()).data.chartByToken.lagna.rashi);
const again = await fetch(address, { headers: { "if-none-match": kept.headers.get("etag") } });
console.log("GET again:", again.status);
