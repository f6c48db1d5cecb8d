// Asks /graphql as the holder of a token. Keeps nothing and shows nothing.

const ENDPOINT = new URL('../graphql', document.baseURI); // the page is …/graphiql/

export async function ask(token, request, headers = {}) {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/graphql-response+json',
      'Content-Type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(request),
  });
  try {
    return await response.json();
  } catch {
    throw new Error(`The server answered ${response.status} and no JSON. Is it running, and is it Quotewright?`);
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
