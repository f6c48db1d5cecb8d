// The tabs: one for each kind of user, each a file of docs/examples. Nothing is written here twice.

const operations = import.meta.glob('../../../docs/examples/*.graphql', { query: '?raw', import: 'default', eager: true });
const variables = import.meta.glob('../../../docs/examples/*.variables.json', { query: '?raw', import: 'default', eager: true });

const folder = '../../../docs/examples/';
const kinds = ['front-end', 'quoting', 'customer', 'purchasing', 'catalog', 'partner-app', 'administrator', 'automation'];

export const tabs = kinds.map(kind => ({
  query: operations[`${folder}${kind}.graphql`],
  variables: variables[`${folder}${kind}.variables.json`],
}));
