import { graphql } from "relay-runtime";

// A record that the client fetches anew by its id alone: `node(id:)` must give every type with an id.
export const card = graphql`
  fragment QuoteCard_quote on Quote @refetchable(queryName: "QuoteCardRefetchQuery") {
    number
    title
    status
    total {
      amount
      currencyCode
    }
    lines {
      title
      netTotal
    }
  }
`;

export const rename = graphql`
  mutation QuoteCardRenameMutation($input: UpdateQuoteInput!) {
    updateQuote(input: $input) {
      quote {
        ...QuoteCard_quote
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`;
