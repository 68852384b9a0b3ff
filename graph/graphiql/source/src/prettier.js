// Stands in for prettier/standalone: GraphQL is still formatted by Prettier, JSON by the parser that GraphiQL has anyway.
// That leaves out Prettier's Babel and ESTree, 160 kB of gzip for the variables' pane.
import { applyEdits, format as jsonEdits } from "jsonc-parser";
import * as standalone from "../node_modules/prettier/standalone.mjs";

export async function format(text, options) {
  if (options.parser !== "jsonc") {
    return standalone.format(text, options);
  }
  const layout = { insertSpaces: true, tabSize: 2, eol: "\n" };
  return applyEdits(text, jsonEdits(text, undefined, layout));
}

export default { format };

// In the place of prettier/parser-babel and prettier/plugins/estree.
export const parsers = {};
export const printers = {};
