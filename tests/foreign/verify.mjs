// Reads messages as lines of JSON, {secret, headers, body in base64}, and answers each with true or false.
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  try {
    new Webhook(secret).verify(Buffer.from(body, "base64").toString("utf8"), headers);
    console.log("true");
  } catch {
    console.log("false");
  }
}
