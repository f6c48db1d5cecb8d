// The page: a token above, GraphiQL below. What may be asked is decided by the server, not here.

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useEffect, useMemo, useState } from 'react';
import { ask, isSubscription, listen, mayReadSchema, whoIs } from './ask.js';
import { tabs } from './examples.js';
import { Token } from './Token.jsx';

// All that is kept lives in sessionStorage and ends with the browser tab: the token opens a whole company, variables
// may hold ConnectWise keys, answers hold customers, and localStorage would leave all of that on the disk. A new
// browser tab starts with the examples of this version, too.
const storage = sessionStorage;
const KEY = 'quotewright:token';
const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];
const isFirstVisit = storage.getItem('graphiql:tabState') === null;

const nobody = async () => ({ errors: [{ message: 'Enter an API token at the top first.' }] });

export function Page() {
  const [token, setToken] = useState(null);
  const [viewer, setViewer] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);

  async function enter(candidate) {
    setBusy(true);
    setProblem(null);
    try {
      setViewer(await whoIs(candidate));
      setToken(candidate);
      storage.setItem(KEY, candidate);
    } catch (error) {
      storage.removeItem(KEY);
      setProblem(error.message);
    }
    setBusy(false);
  }

  function forget() {
    storage.clear();
    location.reload(); // what was answered goes from memory too
  }

  useEffect(() => {
    const kept = storage.getItem(KEY);
    if (kept) enter(kept);
  }, []);

  // A new fetcher makes GraphiQL read the schema anew; `schema={null}` tells it not to ask at all.
  const fetcher = useMemo(
    () => (token
      ? (request, options) => (isSubscription(request) ? listen : ask)(token, request, options?.headers)
      : nobody),
    [token],
  );

  return (
    <>
      <Token viewer={viewer} problem={problem} busy={busy} onEnter={enter} onForget={forget} />
      <main>
        <GraphiQL
          fetcher={fetcher}
          schema={token && mayReadSchema(viewer) ? undefined : null}
          storage={storage}
          plugins={plugins}
          defaultTabs={tabs}
          initialVariables={isFirstVisit ? tabs[0].variables : undefined}
          inputValueDeprecation
        >
          <GraphiQL.Logo>Quotewright</GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}
