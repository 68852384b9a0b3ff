// What Apollo Client's cache must know of GrahaQL: new InMemoryCache({ typePolicies, possibleTypes }).
// Types with an `id` (Chart, Lagna, GrahaPosition, Bhava, Varga …) are kept by it and need no line: ask for `id` in them.
// An id digests birth, settings and release, so that charts of two settings never merge.

// Without an id and never alone: parts of what holds them. Two queries that select different fields of one are joined.
const value = { merge: true };

export const typePolicies = {
  AyanamshaValue: value,
  BirthCheck: value,
  Boundary: value,
  BulkOperationConnection: value,
  BulkResultConnection: value,
  Chalit: value,
  Combustion: value,
  CustomAyanamsha: value,
  Engine: value,
  LagnaSpan: value,
  Moment: value,
  NameTables: value,
  PageInfo: value,
  Place: value,
  Problem: value,
  Sensitivity: value,
  Settings: value,
};

// No unions, and one interface: of what is stored.
export const possibleTypes = { Node: ["BulkOperation"] };
