"""The GraphQL face: types, inputs, scalars, operations, HTTP, the app and the command line."""
