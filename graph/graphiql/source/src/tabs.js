// The tabs that a first visit opens, in this order. GraphiQL titles a tab by the name of its operation.
import natalChart from "./tabs/natal-chart.graphql?raw";
import settings from "./tabs/settings.graphql?raw";
import sky from "./tabs/sky.graphql?raw";
import twoBirths from "./tabs/two-births.graphql?raw";

export const TABS = [natalChart, twoBirths, settings, sky].map((query) => ({ query }));

export const NEW_TAB = `# Ctrl-Space completes, Ctrl-Enter runs, Shift-Ctrl-P tidies.

{
  engine {
    version
  }
}
`;
