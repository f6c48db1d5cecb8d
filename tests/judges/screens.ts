// A front end's code on the types generated from docs/examples: what is right compiles, what is wrong must not.
import type { DraftQuoteMutationVariables, QuoteListQuery, RenameQuoteMutation } from "./front-end";
import type { Quote, QuoteStatus } from "./schema";

type Row = QuoteListQuery["quotes"]["nodes"][number];

export const amount = (row: Row): string => `${row.total.amount} ${row.total.currencyCode}`;
// @ts-expect-error an amount is a text: as a number it would lose cents
export const inexact = (row: Row): number => row.total.amount;

export const expires = (row: Row): string => row.expiryDate ?? "never";
// @ts-expect-error it may be empty
export const expiresAlways = (row: Row): string => row.expiryDate;

export const draft: DraftQuoteMutationVariables = {
  quote: { organizationId: "id", title: "New network", lines: [{ title: "Firewall", quantity: "2", unitPrice: "9.90" }] },
};
// @ts-expect-error an organization is needed
export const nobodys: DraftQuoteMutationVariables = { quote: { title: "New network" } };

export const complaint = ({ updateQuote }: RenameQuoteMutation): string | undefined =>
  updateQuote?.userErrors.map(({ field, message }) => `${field.join(".")}: ${message}`)[0];
// @ts-expect-error the record is empty when there are errors
export const title = ({ updateQuote }: RenameQuoteMutation): string => updateQuote.quote.title;

export const status = (quote: Quote): QuoteStatus => quote.status;
