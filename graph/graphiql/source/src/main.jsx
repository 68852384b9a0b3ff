import "./styles.js";
import "./workers.js";

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher, createLocalStorage } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";

import icon from "./icon.svg";
import { NEW_TAB, TABS } from "./tabs.js";

// The server writes its path into the page; there is no inline script.
const endpoint = new URL(document.querySelector('meta[name="graphql-endpoint"]').content, document.baseURI);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  wsClient: createClient({ url: socket.href }),
});

// Other servers on the same localhost port keep their tabs apart from ours.
const storage = createLocalStorage({ namespace: "grahaql" });
const plugins = [HISTORY_PLUGIN, explorerPlugin()];

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL
    defaultEditorToolsVisibility={false}
    defaultQuery={NEW_TAB}
    defaultTabs={TABS}
    fetcher={fetcher}
    inputValueDeprecation
    plugins={plugins}
    schemaDescription
    showPersistHeadersSettings={false}
    storage={storage}
  >
    <GraphiQL.Logo>
      <span className="grahaql-name">
        <img alt="" src={icon} />
        GrahaQL
      </span>
    </GraphiQL.Logo>
  </GraphiQL>,
);
