import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const HERE = import.meta.dirname;
const OUT = resolve(HERE, "../graph/graphiql");
const RULE = "=".repeat(80);
const PRETTIER = resolve(HERE, "src/prettier.js");
const SOURCES = [".npmrc", "README.md", "index.html", "package-lock.json", "package.json", "src", "vite.config.js"];

/** Every browser that runs the rest reads woff2; the older format stays out. */
const onlyWoff2 = {
  name: "only-woff2",
  enforce: "pre",
  transform: (code, id) =>
    id.includes("/@fontsource/") ? code.replace(/, url\([^)]*\.woff\) format\('woff'\)/g, "") : null,
};

/** Which packages went into the bundle, workers included. */
const packages = new Set();
const packagesSeen = {
  name: "packages-seen",
  moduleParsed({ id }) {
    const at = id.replace(/^\0/, "").split("?")[0];
    const inside = at.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/);
    if (inside) packages.add(inside[0]);
  },
};

/** Packages that leave their licence to the root of their repository: another package from there has its text. */
const KIN = { "@graphiql": "graphiql", "react-compiler-runtime": "react", "react-remove-scroll-bar": "react-remove-scroll" };

const licenceTexts = (folder) =>
  readdirSync(folder)
    .filter((name) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim());

const licenceOf = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const kin = KIN[name] ?? KIN[name.split("/")[0]];
  const own = licenceTexts(folder);
  const texts = own.length || !kin ? own : licenceTexts(join(HERE, "node_modules", kin));
  if (!texts.length) throw new Error(`${name} brings no licence text: name its kin in vite.config.js.`);
  return `${name} ${version} (${license})\n${RULE}\n\n${texts.join("\n\n")}\n`;
};

const writeLicences = () => {
  const head = "The packages that the files in this folder were built from, with their licences.\n";
  const told = [...new Set([...packages].map(licenceOf))].sort((one, other) => (one < other ? -1 : 1));
  writeFileSync(join(OUT, "LICENSES.txt"), [head, ...told].join(`\n${RULE}\n`));
};

const compress = (file) => {
  const plain = readFileSync(file);
  const gzip = gzipSync(plain, { level: 9 });
  gzip[9] = 255; // the operating system: unknown, so the same on all
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  writeFileSync(`${file}.gz`, gzip);
  writeFileSync(`${file}.br`, brotliCompressSync(plain, { params }));
};

/** Beside the bundle: its licences, its sources as the AGPL asks, and every asset once more in gzip and Brotli. */
const finish = {
  name: "finish",
  closeBundle() {
    writeLicences();
    for (const name of SOURCES) cpSync(join(HERE, name), join(OUT, "source", name), { recursive: true });
    const assets = readdirSync(join(OUT, "assets")).filter((name) => !name.endsWith(".woff2")); // compressed already
    for (const name of assets) compress(join(OUT, "assets", name));
  },
};

export default defineConfig({
  root: HERE,
  base: "./",
  resolve: {
    alias: [
      { find: "prettier/standalone", replacement: PRETTIER },
      { find: "prettier/plugins/estree", replacement: PRETTIER },
      { find: "prettier/parser-babel", replacement: PRETTIER },
    ],
  },
  worker: { format: "es", plugins: () => [packagesSeen] },
  plugins: [packagesSeen, onlyWoff2, finish],
  experimental: {
    // The page stands beside the folder graphiql/, at any path; its parts find each other from where they are.
    renderBuiltUrl: (name, { hostType }) => (hostType === "html" ? `graphiql/${name}` : { relative: true }),
  },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    rolldownOptions: {
      checks: { moduleLevelDirective: false }, // "use client" means nothing here
    },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
  },
});
