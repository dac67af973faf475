// Reads the cases from standard input, runs a Redis client with each, and writes one answer for each.

import { readFileSync } from "node:fs";

// How long one case may take: the machine may be busy with other tests.
const PATIENCE_MS = 20_000;

/**
 * Answers every case of the standard input.
 *
 * @param connect gives a client that is logged in, with `get`, `set` and `end`
 */
export async function answerAll(connect) {
  const answers = [];
  for (const given of JSON.parse(readFileSync(0, "utf8"))) {
    answers.push(await Promise.race([answer(connect, given), late()]));
  }
  process.stdout.write(JSON.stringify(answers), () => process.exit(0));
}

async function answer(connect, given) {
  let client;
  try {
    client = await connect(given);
    await client.set(given.key, given.value);
    return { database: await client.get("database"), value: await client.get(given.key) };
  } catch (error) {
    return { error: `${error}` };
  } finally {
    client?.end();
  }
}

function late() {
  return new Promise((done) => setTimeout(done, PATIENCE_MS, { error: "no answer in time" }).unref());
}
