import { graphql } from "relay-runtime";

// A list a page at a time, kept together in the client's store.
export const page = graphql`
  fragment QuoteList_query on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "QuoteListNextPageQuery") {
    quotes(first: $count, after: $after, orderBy: { field: UPDATED_AT, direction: DESC })
      @connection(key: "QuoteList_quotes") {
      edges {
        node {
          ...QuoteCard_quote
        }
      }
    }
  }
`;

export const screen = graphql`
  query QuoteListQuery {
    ...QuoteList_query
  }
`;
