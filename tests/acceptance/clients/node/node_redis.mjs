// node-redis, with a URL and with single fields: `node node_redis.mjs MODULE <cases.json`.

import { answerAll } from "./answer.mjs";

const { createClient } = await import(process.argv[2]);
// A refused client fails instead of reconnecting.
const ONCE = { reconnectStrategy: false, connectTimeout: 10_000 };

await answerAll(async ({ url, fields, database }) => {
  const client = createClient(url ? { url, socket: { ...ONCE } } : options(fields, database));
  client.on("error", () => {}); // connect() fails with the same error
  await client.connect();
  return { get: (key) => client.get(key), set: (key, value) => client.set(key, value), end: () => client.destroy() };
});

function options({ host, port, username, password, tls }, database) {
  return { username, password, database, socket: { host, port: Number(port), tls: tls === "true", ...ONCE } };
}
