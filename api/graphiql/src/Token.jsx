// The bar at the top: where the token is entered once, and whose it is. It does not keep the token.

import { mayReadSchema } from './ask.js';

export function Token({ viewer, problem, busy, onEnter, onForget }) {
  if (viewer) {
    const name = viewer.authentication === 'OIDC' ? `${viewer.name}, ${viewer.tenant.name}` : viewer.tenant.name;
    return (
      <header className="token">
        <span>You work as <b>{name}</b></span>
        <span className="hint">May do: {viewer.scopes.join(' ') || 'nothing'}</span>
        {mayReadSchema(viewer)
          || <span className="problem" role="status">No documentation here: the token lacks schema:read. Operations run.</span>}
        <button type="button" onClick={onForget} title="Forget the token, the history and all answers">Forget</button>
      </header>
    );
  }
  const enter = event => {
    event.preventDefault();
    onEnter(new FormData(event.currentTarget).get('token').trim());
  };
  return (
    <header className="token">
      <form onSubmit={enter}>
        <label htmlFor="token">API token</label>
        <input id="token" name="token" type="password" autoComplete="off" spellCheck="false" required autoFocus placeholder="qw_…" />
        <button type="submit" disabled={busy}>Use it</button>
      </form>
      {problem
        ? <span className="problem" role="alert">{problem}</span>
        : <span className="hint">Everything here needs a token, the documentation too. It is forgotten with this browser tab.</span>}
    </header>
  );
}
