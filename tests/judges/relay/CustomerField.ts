import { graphql } from "relay-runtime";

// What was just made is put in front of a list that is shown: that needs a node on the payload and an edge type.
export const create = graphql`
  mutation CustomerFieldCreateMutation($input: CreateOrganizationInput!, $lists: [ID!]!) {
    createOrganization(input: $input) {
      organization @prependNode(connections: $lists, edgeTypeName: "OrganizationEdge") {
        name
        contacts(first: 5) {
          email
        }
      }
      userErrors {
        message
      }
    }
  }
`;

export const found = graphql`
  query CustomerFieldQuery($search: String!) {
    organizations(first: 10, search: $search) @connection(key: "CustomerField_organizations") {
      edges {
        node {
          name
        }
      }
    }
  }
`;
