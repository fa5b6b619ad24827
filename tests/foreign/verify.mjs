// Reads messages as lines of JSON, {secret, headers, body in base64, at}, and answers each with true or false, as of the
// time `at`, or now.
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

const now = Date.now;

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body, at } = JSON.parse(line);
  Date.now = at === null ? now : () => at;
  try {
    new Webhook(secret).verify(Buffer.from(body, "base64").toString("utf8"), headers);
    console.log("true");
  } catch {
    console.log("false");
  }
}
