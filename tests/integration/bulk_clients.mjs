// Real clients that follow a bulk operation to its end. Usage: node bulk_clients.mjs CLIENT ADDRESS REQUEST; prints the results.
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";
import WebSocket from "ws";

const [, , name, address, request] = process.argv;
const client =
  name === "ws"
    ? createWs({ url: address.replace("http", "ws"), webSocketImpl: WebSocket })
    : createSse({ url: address });

const results = [];
for await (const result of client.iterate(JSON.parse(request))) results.push(result);
client.dispose();
console.log(JSON.stringify(results));
