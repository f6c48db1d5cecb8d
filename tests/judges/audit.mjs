// What graphql-http's audits say of the server at the address given, asked with the token in TOKEN.
import { serverAudits } from "graphql-http";

const authorization = `Bearer ${process.env.TOKEN}`;
const fetchFn = (address, { headers, ...more } = {}) =>
  fetch(address, { headers: { ...headers, authorization }, ...more });
const verdicts = [];
for (const { id, name, fn } of serverAudits({ url: process.argv[2], fetchFn })) {
  const { status, reason } = await fn();
  verdicts.push({ id, name, status, reason });
}
console.log(JSON.stringify(verdicts));
