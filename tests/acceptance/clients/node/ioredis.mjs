// ioredis, with a URL and with single fields: `node ioredis.mjs MODULE <cases.json`.

import { answerAll } from "./answer.mjs";

const { Redis } = await import(process.argv[2]);
// A refused client fails instead of reconnecting.
const ONCE = { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0, connectTimeout: 10_000 };

await answerAll(async ({ url, fields, database }) => {
  const client = url ? new Redis(url, ONCE) : new Redis({ ...options(fields, database), ...ONCE });
  // The server's error arrives as an event; the promise only says that the connection is closed.
  const said = [];
  client.on("error", (error) => said.push(error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    throw new Error([...said, error].join("; "));
  }
  return { get: (key) => client.get(key), set: (key, value) => client.set(key, value), end: () => client.disconnect() };
});

function options({ host, port, username, password, tls }, db) {
  return { host, port: Number(port), username, password, db, ...(tls === "true" && { tls: {} }) };
}
