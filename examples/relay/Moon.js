// A component's document. relay-compiler turns it into __generated__/MoonQuery.graphql.js, without its text but with its
// hash, and writes hash and text into persisted.json; Babel's or SWC's plugin for Relay would turn this tag into an import.
import { graphql } from "relay-runtime";

export const moonQuery = graphql`
  query MoonQuery($birth: BirthInput!) {
    chart(birth: $birth) {
      moon: graha(name: MOON) {
        rashi
        nakshatra
        pada
      }
    }
  }
`;
