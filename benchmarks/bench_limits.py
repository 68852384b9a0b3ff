"""What hostile documents cost until they are refused, beside reading a document as a kundali page sends it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import repeat

from graphql import GraphQLSyntaxError, OperationDefinitionNode, parse

from benchmarks.ratios import Aim, Measured, compare, report
from graph.cost import cost_plan, cost_table
from graph.limits import parsed, validated
from graph.measures import measure
from graph.requests import RequestError
from graph.schema import schema, sdl
from graph.tokens import count_tokens

CORE = schema()._schema  # noqa: SLF001  graphql-core's own
COUNT = 20

KUNDALI = """
query Kundali($birth: BirthInput!, $language: Language! = EN) {
  chart(birth: $birth) {
    id
    moment { local utcOffset timeZone zoneSource daylightSaving zoneDatabase }
    place { latitude longitude }
    ayanamsha { ayanamsha value text }
    settings { preset node positions chalitSystem dashaYear }
    lagna { id rashi rashiNumber rashiName(language: $language) text(format: DM) nakshatra pada }
    grahas {
      id graha name(language: $language) rashi rashiNumber rashiName(language: $language) text(format: DM)
      nakshatraName(language: $language) pada nakshatraLord bhava chalitBhava retrograde dignity vargottama
      combustion { combust }
    }
    bhavas { id number rashiNumber occupants }
    navamsha: varga(division: 9) { ...Cell }
    vargas { ...Cell }
  }
}
fragment Cell on Varga {
  id division code name(language: $language) variant lagna { id rashiNumber } bhavas { id number rashiNumber occupants }
}
"""

BIRTH = 'birth: {date: "1990-03-15", time: "10:30", latitude: 19, longitude: 72.9}'

REFUSED = {
    "comment of 10 MB": "#" * 10_000_000 + "\n{ engine { version } }",
    "50,000 brackets": "[" * 50_000,
    "5,000 directives": "{ engine " + "@skip(if: true) " * 5000 + "{ version } }",
    "2,000 aliases": "{" + " ".join(f"a{i}: engine {{ version }}" for i in range(2000)) + "}",
    "2^17 spreads": "{ ...f0 }"
    + "".join(f" fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(17))
    + " fragment f17 on Query { engine { version } }",
    "400 equal root fields": "{" + "engine { version } " * 400 + "}",
    "1,900 nested lists": "{ a(b: " + "[" * 1900 + "]" * 1900 + ") }",
    "1,200 aliases": "{ engine {" + "".join(f"a{i}: version " for i in range(1200)) + "} }",
    "equal lists of 280 values": f"{{ chart({BIRTH}) {{"
    + ("grahas(only: [" + "SUN " * 280 + "]) { id } ") * 13
    + "} }",
    "298 unknown input fields": "{ chart(birth: {" + "".join(f"date{i}: 1 " for i in range(298)) + "}) { id } }",
}
"""Documents that are refused before validation."""

VALIDATED = {
    "900 equal leaves": "{ engine {" + "version " * 900 + "} }",
    "59 fragments that merge": "{ engine {"
    + "".join(f"...f{i} " for i in range(59))
    + "} }"
    + "".join(f"fragment f{i} on Engine {{ {'version ' * 5} }}" for i in range(59)),
    "190 aliases": f"{{ chart({BIRTH}) {{"
    + "".join(f"a{i}: graha(name: SUN) {{ id pada }} " for i in range(190))
    + "} }",
    "60 unknown input fields": "{ chart(birth: {" + "".join(f"date{i}: 1 " for i in range(60)) + "}) { id } }",
    "10 operations over 60 fragments": " ".join(
        f"query q{i}($b: BirthInput!, $l: Language!) {{ chart(birth: $b) {{ ...f0 }} }}" for i in range(10)
    )
    + "".join(
        f"fragment f{i} on Chart {{ ...f{i + 1} a{i}: graha(name: SUN) {{ name(language: $l) }} }}" for i in range(59)
    )
    + "fragment f59 on Chart { id }",
}
"""The slowest that are known within the limits."""


def read(text: str) -> None:
    """As the server does, once for a document that it does not know."""
    with contextlib.suppress(RequestError, GraphQLSyntaxError):
        validated(CORE, parsed(text))


def times(work: Callable[[], object]) -> Callable[[], None]:
    """The same over and over."""

    def run() -> None:
        for _ in repeat(None, COUNT):
            work()

    return run


def beside_kundali(name: str, text: str, at_most: float) -> Measured:
    """A document beside parsing and validating the kundali page's."""
    aim = Aim(name, "reading a kundali page's document", at_most=at_most)
    return compare(aim, times(lambda: read(text)), times(lambda: read(KUNDALI)), COUNT)


def checking() -> list[Measured]:
    """What each document pays for being checked, and each request for its cost."""
    document = parse(KUNDALI)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    table = cost_table(sdl())
    plan = cost_plan(document, operation, table)
    parsing = times(lambda: parse(KUNDALI))
    reference = "parsing a kundali page's document"
    steps: dict[str, tuple[float, Callable[[], object]]] = {
        "counting its tokens": (0.1, lambda: count_tokens(KUNDALI)),
        "measuring it": (0.25, lambda: measure(document)),
        "planning its cost": (0.4, lambda: cost_plan(document, operation, table)),
        "its cost for a request": (0.01, lambda: plan.cost({})),
    }
    return [
        compare(Aim(name, reference, at_most=most), times(work), parsing, COUNT) for name, (most, work) in steps.items()
    ]


def main() -> None:
    """Measure what is refused, what is not, and what an honest document pays."""
    rows = checking()
    rows += [beside_kundali(name, text, at_most=5) for name, text in REFUSED.items()]
    rows += [beside_kundali(name, text, at_most=12) for name, text in VALIDATED.items()]
    report("Limits, µs a document", rows)


if __name__ == "__main__":
    main()
