// Asks /graphql as the holder of a token. Keeps nothing and shows nothing.

import { getOperationAST, parse } from 'graphql';

const ENDPOINT = new URL('../graphql', document.baseURI); // the page is …/graphiql/

function post(token, request, headers, options) {
  return fetch(ENDPOINT, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(request),
    ...options,
  });
}

async function answerOf(response) {
  try {
    return await response.json();
  } catch {
    throw new Error(`The server answered ${response.status} and no JSON. Is it running, and is it Quotewright?`);
  }
}

export async function ask(token, request, headers) {
  return answerOf(await post(token, request, { Accept: 'application/graphql-response+json', ...headers }));
}

export function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false; // what is wrong with it is for the server to say
  }
}

// A subscription: its answers as they come, until `return` is called. Not a generator, whose `return` would wait for
// the next answer.
export function listen(token, request, headers) {
  const leaving = new AbortController();
  const answers = stream(token, request, headers, leaving.signal);
  return {
    [Symbol.asyncIterator]() { return this; },
    next: () => answers.next(),
    return() {
      leaving.abort();
      return answers.return();
    },
  };
}

async function* stream(token, request, headers, signal) {
  try {
    const response = await post(token, request, { ...headers, Accept: 'text/event-stream' }, { signal });
    if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
      yield await answerOf(response);
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (text + part.value).split('\n\n');
      text = events.pop();
      for (const event of events) {
        const data = /^event: next\ndata: (.*)$/.exec(event)?.[1];
        if (data) yield JSON.parse(data);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const WHO = '{ viewer { name authentication tenant { name } scopes } }';

// Whether GraphiQL may ask for the schema, or would only be refused.
export const mayReadSchema = viewer => viewer.scopes.includes('schema:read');

// Who the token stands for. Throws an Error with a sentence when it stands for nobody.
export async function whoIs(token) {
  const { data, errors } = await ask(token, { query: WHO });
  if (errors?.[0].extensions?.code === 'UNAUTHENTICATED') throw new Error('This token is unknown, expired or revoked.');
  if (errors) throw new Error(errors[0].message);
  return data.viewer;
}
