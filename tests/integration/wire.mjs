// Loaded before an example: tells on standard error what goes over the wire, one line of JSON for each request.
const { fetch } = globalThis;

globalThis.fetch = async (address, options = {}) => {
  const response = await fetch(address, options);
  const { pathname, searchParams } = new URL(address);
  const body = options.body ? JSON.parse(options.body) : Object.fromEntries(searchParams);
  const single = response.headers.get("content-type")?.includes("json");
  const answer = single && response.status !== 304 ? await response.clone().json() : undefined;
  console.error(
    JSON.stringify({
      method: options.method ?? "GET",
      path: pathname,
      text: Boolean(body.query),
      birth: String(address).includes("1990"),
      status: response.status,
      kept: response.headers.get("cache-control"),
      type: response.headers.get("content-type"),
      error: answer?.errors?.[0].message ?? null,
    }),
  );
  return response;
};
