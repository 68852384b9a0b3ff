"""Names in every language are complete, told apart, in their own script, and what authorities outside this code say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import chain

import pytest

from ephemeris.words import Dignity, Graha, LabelLength, Language, Nakshatra, Rashi, Word
from graph import names
from graph.names import DIVISIONS, NameRow, name_tables

SCRIPT = {
    Language.EN: "LATIN",
    Language.SA_LATN: "LATIN",
    Language.SA: "DEVANAGARI",
    Language.HI: "DEVANAGARI",
    Language.MR: "DEVANAGARI",
    Language.GU: "GUJARATI",
    Language.BN: "BENGALI",
    Language.TA: "TAMIL",
    Language.TE: "TELUGU",
    Language.KN: "KANNADA",
    Language.ML: "MALAYALAM",
}
TABLES = ("grahas", "rashis", "nakshatras", "dignities", "vargas")

every_language = pytest.mark.parametrize("language", Language, ids=lambda language: language.name)


def rows(language: Language) -> list[NameRow]:
    tables = name_tables(language)
    return list(chain(tables.grahas, tables.rashis, tables.nakshatras, tables.dignities, tables.vargas))


def written(language: Language) -> list[str]:
    """Every name in the language, without the vargas' short names, which are codes."""
    tables = name_tables(language)
    named = chain(tables.grahas, tables.rashis, tables.nakshatras, tables.dignities)
    return [*(text for row in named for text in (row.full, row.short)), *(row.full for row in tables.vargas)]


# ── whole and told apart ──


@every_language
def test_every_word_has_a_row_in_the_order_of_its_number(language: Language) -> None:
    tables = name_tables(language)
    assert tables.language is language
    for words, table in (
        (Graha, tables.grahas),
        (Rashi, tables.rashis),
        (Nakshatra, tables.nakshatras),
        (Dignity, tables.dignities),
    ):
        assert [(row.value, row.number) for row in table] == [(word.name, word + 1) for word in words]
    assert [(row.value, row.number, row.short) for row in tables.vargas] == [(f"D{n}", n, f"D{n}") for n in DIVISIONS]


@every_language
def test_no_name_is_empty_or_padded(language: Language) -> None:
    for text in written(language):
        assert text
        assert text == text.strip()


@every_language
@pytest.mark.parametrize("table", TABLES)
def test_no_two_rows_of_a_table_share_a_name(language: Language, table: str) -> None:
    found: tuple[NameRow, ...] = getattr(name_tables(language), table)
    assert len({row.full for row in found}) == len(found)
    assert len({row.short for row in found}) == len(found)


@every_language
def test_a_short_name_is_never_longer_than_the_whole(language: Language) -> None:
    assert [row for row in rows(language) if len(row.short) > len(row.full)] == []


# ── spelling ──


@every_language
def test_names_are_composed_unicode(language: Language) -> None:
    assert [text for text in written(language) if not unicodedata.is_normalized("NFC", text)] == []


@every_language
def test_names_are_in_the_script_of_their_language(language: Language) -> None:
    marks = " -" if SCRIPT[language] == "LATIN" else ""
    for text in written(language):
        for character in text:
            assert character in marks or unicodedata.name(character).startswith(SCRIPT[language]), (text, character)


@every_language
def test_no_name_begins_with_a_dependent_sign(language: Language) -> None:
    assert [text for text in written(language) if unicodedata.category(text[0]).startswith("M")] == []


def test_english_names_have_no_marks() -> None:
    assert [text for text in written(Language.EN) if not text.isascii()] == []


def test_sanskrit_in_letters_with_marks_uses_only_the_alphabet_of_iast() -> None:
    letters = "aāiīuūṛṝḷeoṃḥkgṅcjñṭḍṇtdnpbmyrlvśṣsh"
    assert [text for text in written(Language.SA_LATN) if set(text.lower()) - set(letters)] == []


def test_sanskrit_in_devanagari_writes_the_nasal_of_its_class() -> None:
    nasal_before_stop = re.compile("ं[क-म]")
    assert [row.full for row in rows(Language.SA) if nasal_before_stop.search(row.full)] == []


def test_sanskrit_is_in_the_nominative_and_hindi_is_not() -> None:
    assert names.rashi_name(Rashi.ARIES, Language.SA) == names.rashi_name(Rashi.ARIES, Language.HI) + "ः"
    assert not any(row.full.endswith(("ः", "म्")) for row in rows(Language.HI))


# ── what others say, typed in from them ──

RASHIS = {
    # Unicode CLDR, common/annotations/{bn,ml}.xml: the spoken names of ♈ to ♓.
    Language.BN: "মেষ বৃষ মিথুন কর্কট সিংহ কন্যা তুলা বৃশ্চিক ধনু মকর কুম্ভ মীন",
    Language.ML: "മേടം ഇടവം മിഥുനം കർക്കടകം ചിങ്ങം കന്നി തുലാം വൃശ്ചികം ധനു മകരം കുംഭം മീനം",
    # CLDR, mr.xml, less the word रास.
    Language.MR: "मेष वृषभ मिथुन कर्क सिंह कन्या तूळ वृश्चिक धनु मकर कुंभ मीन",
    # PyJHora, src/jhora/lang/list_values_hi.txt and msg_strings_ta.txt, RAASI_LIST.
    Language.HI: "मेष वृषभ मिथुन कर्क सिंह कन्या तुला वृश्चिक धनु मकर कुंभ मीन",
    Language.TA: "மேஷம் ரிஷபம் மிதுனம் கடகம் சிம்மம் கன்னி துலாம் விருச்சிகம் தனுசு மகரம் கும்பம் மீனம்",
}


@pytest.mark.parametrize("language", RASHIS, ids=lambda language: language.name)
def test_signs_are_called_as_outside_lists_call_them(language: Language) -> None:
    assert " ".join(row.full for row in name_tables(language).rashis) == RASHIS[language]


@pytest.mark.parametrize(
    ("language", "table", "facts"),
    [
        # Jagannatha Hora 8, text exports of a chart.
        (Language.EN, "rashis", {"CANCER": "Cn", "SAGITTARIUS": "Sg", "CAPRICORN": "Cp", "SCORPIO": "Sc"}),
        (Language.EN, "grahas", {"SUN": "Su", "MERCURY": "Me", "JUPITER": "Ju", "RAHU": "Ra", "KETU": "Ke"}),
        # PyJHora, list_values_hi.txt, list_values_ka.txt: PLANET_SHORT_NAMES.
        (Language.HI, "grahas", {"SUN": "सू", "MOON": "चं", "MARS": "मं", "VENUS": "शु", "SATURN": "श", "RAHU": "रा"}),
        (Language.KN, "grahas", {"MERCURY": "ಬು", "JUPITER": "ಗು", "VENUS": "ಶು", "SATURN": "ಶ", "KETU": "ಕೇ"}),
        # A Kerala grahanila (akliyath.blogspot.com, 2020/12, Astrology Rasi) prints ശി; a jathakam in verse
        # (pothoppuramkavithakal.blogspot.com, 2019/10) names Saturn Manda and the nodes Sarpi and Shikhi.
        (Language.ML, "grahas", {"SATURN": "മ", "RAHU": "സ", "KETU": "ശി"}),
    ],
)
def test_short_names_are_those_that_charts_print(language: Language, table: str, facts: dict[str, str]) -> None:
    found: tuple[NameRow, ...] = getattr(name_tables(language), table)
    assert {row.value: row.short for row in found if row.value in facts} == facts


@pytest.mark.parametrize(
    ("language", "table", "facts"),
    [
        # jyotisham/jyotisha, jyotisha/names/README.md: columns iast and devanagari.
        (Language.SA_LATN, "nakshatras", {"ASHWINI": "Aśvinī", "KRITTIKA": "Kṛttikā", "UTTARA_ASHADHA": "Uttarāṣāḍhā"}),
        (Language.SA, "rashis", {"ARIES": "मेषः", "GEMINI": "मिथुनम्", "VIRGO": "कन्या", "SAGITTARIUS": "धनुः"}),
        (Language.SA, "nakshatras", {"PUSHYA": "पुष्यः", "PURVA_PHALGUNI": "पूर्वफल्गुनी", "SWATI": "स्वाती"}),
        # CLDR, common/annotations/gu.xml and kn.xml, ♈ to ♓.
        (Language.GU, "rashis", {"ARIES": "મેષ", "TAURUS": "વૃષભ", "LIBRA": "તુલા", "SCORPIO": "વૃશ્ચિક", "AQUARIUS": "કુંભ"}),
        (Language.KN, "rashis", {"TAURUS": "ವೃಷಭ", "CANCER": "ಕರ್ಕಾಟಕ", "LIBRA": "ತುಲಾ", "AQUARIUS": "ಕುಂಭ"}),
        # Wikipedia, Nakshatra, names in modern languages (as liquisearch.com keeps it).
        (Language.TA, "nakshatras", {"KRITTIKA": "கார்த்திகை", "ARDRA": "திருவாதிரை", "ASHLESHA": "ஆயில்யம்"}),
        (Language.TE, "nakshatras", {"ASHWINI": "అశ్విని", "KRITTIKA": "కృత్తిక", "ROHINI": "రోహిణి", "PUNARVASU": "పునర్వసు"}),
        (Language.KN, "nakshatras", {"KRITTIKA": "ಕೃತ್ತಿಕಾ", "MRIGASHIRA": "ಮೃಗಶಿರ", "PUSHYA": "ಪುಷ್ಯ"}),
        (Language.ML, "nakshatras", {"ASHWINI": "അശ്വതി", "MRIGASHIRA": "മകയിരം", "PUNARVASU": "പുണർതം"}),
        # PyJHora, list_values_te.txt: PLANET_NAMES.
        (Language.TE, "grahas", {"MOON": "చంద్రుడు", "MARS": "కుజుడు", "MERCURY": "బుధుడు", "RAHU": "రాహువు"}),
        # AstroSage in Marathi, learn-astrology/kundali-astrology; eSakal's panchanga page on what a janmapatrika has.
        (Language.MR, "grahas", {"MARS": "मंगळ", "SATURN": "शनी", "KETU": "केतू"}),
        (Language.MR, "vargas", {"D3": "द्रेष्काण", "D7": "सप्तमांश", "D9": "नवमांश", "D10": "दशांश", "D30": "त्रिंशांश"}),
        # vedicastrology-gujarati.blogspot.com, 2009/12: the 27 nakshatras.
        (Language.GU, "nakshatras", {"MRIGASHIRA": "મૃગશીર્ષ", "PURVA_PHALGUNI": "પૂર્વાફાલ્ગુની", "MAGHA": "મઘા"}),
        # Anandabazar, horoscope, on lagnas; abasar.net, Jyotishshastra Prabeshika; the calendar panjika of 1429.
        (Language.BN, "grahas", {"SUN": "রবি", "JUPITER": "বৃহস্পতি", "SATURN": "শনি"}),
        (Language.BN, "dignities", {"MOOLATRIKONA": "মূলত্রিকোণ", "OWN": "স্বক্ষেত্র"}),
        (Language.BN, "nakshatras", {"UTTARA_PHALGUNI": "উত্তরফাল্গুনী", "HASTA": "হস্তা", "CHITRA": "চিত্রা"}),
    ],
)
def test_names_are_those_of_outside_lists(language: Language, table: str, facts: dict[str, str]) -> None:
    found: tuple[NameRow, ...] = getattr(name_tables(language), table)
    assert {row.value: row.full for row in found if row.value in facts} == facts


def test_mars_is_told_from_mercury_in_a_tamil_chart_and_pluto_from_mercury() -> None:
    short = {row.value: row.short for row in name_tables(Language.TA).grahas}
    assert (short["MARS"], short["MERCURY"], short["PLUTO"], short["SATURN"]) == ("செ", "பு", "புளூ", "சனி")


# ── look-ups ──


@every_language
def test_look_ups_agree_with_the_tables(language: Language) -> None:
    tables = name_tables(language)
    full, short = LabelLength.FULL, LabelLength.SHORT
    look_ups: list[tuple[Callable[..., str], type[Word], tuple[NameRow, ...]]] = [
        (names.graha_name, Graha, tables.grahas),
        (names.rashi_name, Rashi, tables.rashis),
        (names.nakshatra_name, Nakshatra, tables.nakshatras),
        (names.dignity_name, Dignity, tables.dignities),
    ]
    for look_up, words, table in look_ups:
        for word, row in zip(words, table, strict=True):
            assert (look_up(word, language, full), look_up(word, language, short)) == (row.full, row.short)
    assert [names.varga_name(n, language) for n in DIVISIONS] == [row.full for row in tables.vargas]


def test_a_division_without_a_name_has_none() -> None:
    assert [names.varga_name(n, Language.HI) for n in (13, 300)] == [None, None]


def test_a_table_that_lacks_a_name_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(ValueError, match=r"\[rashis\] lacks \['PISCES'\] and has unknown \['OPHIUCHUS'\]"):
        names._rows("rashis", {"ARIES": 1, "PISCES": 12}, {"ARIES": ("Aries", "Ar"), "OPHIUCHUS": ("Ophiuchus", "Op")})
