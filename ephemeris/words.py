"""The vocabulary of Jyotish and of its conventions: every term that the rest of the code uses, typed and described.

A member is its own number, counted from 0 in the order of the rows, so that a table indexed by graha or rashi is a
plain tuple. The description on each row is what the schema, the settings form and the glossary show.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class Word(IntEnum):
    """A term: an integer from 0 in the order of declaration, with its description on the row.

    >>> Rashi.LEO, int(Rashi.LEO), Rashi.LEO.description
    (<Rashi.LEO: 4>, 4, '5: Simha सिंह')
    """

    description: str

    def __new__(cls, description: str) -> Self:
        word = int.__new__(cls, len(cls.__members__))
        word._value_ = len(cls.__members__)
        word.description = description
        return word

    __hash__ = int.__hash__  # Enum's own is Python code, and tables by graha are asked a hundred times a chart


# ── the sky ──


class Graha(Word):
    """The nine grahas, and the outer three that are answered only on request."""

    SUN = "Surya सूर्य"
    MOON = "Chandra चन्द्र"
    MARS = "Mangala मङ्गल"
    MERCURY = "Budha बुध"
    JUPITER = "Guru गुरु"
    VENUS = "Shukra शुक्र"
    SATURN = "Shani शनि"
    RAHU = "राहु, the Moon's north node"
    KETU = "केतु, the Moon's south node"
    URANUS = "Only when asked for: by `outer: true` or by name."
    NEPTUNE = "Only when asked for: by `outer: true` or by name."
    PLUTO = "Only when asked for: by `outer: true` or by name."


class Rashi(Word):
    """Sidereal sign. The order is the number, 1 to 12; the Sanskrit name is in each description and in `rashiName`."""

    ARIES = "1: Mesha मेष"
    TAURUS = "2: Vrishabha वृषभ"
    GEMINI = "3: Mithuna मिथुन"
    CANCER = "4: Karka कर्क"
    LEO = "5: Simha सिंह"
    VIRGO = "6: Kanya कन्या"
    LIBRA = "7: Tula तुला"
    SCORPIO = "8: Vrishchika वृश्चिक"
    SAGITTARIUS = "9: Dhanu धनु"
    CAPRICORN = "10: Makara मकर"
    AQUARIUS = "11: Kumbha कुम्भ"
    PISCES = "12: Mina मीन"


class Nakshatra(Word):
    """Lunar mansion: 27 of 13°20' each, counted from ASHWINI = 1. Always 27: Abhijit of the 28-star scheme is asked by
    `abhijit`, never by a 28th value, so that exhaustive switches stay valid."""

    ASHWINI = "1: अश्विनी, from 0°00', lord Ketu."
    BHARANI = "2: भरणी, from 13°20', lord Venus."
    KRITTIKA = "3: कृत्तिका, from 26°40', lord Sun."
    ROHINI = "4: रोहिणी, from 40°00', lord Moon."
    MRIGASHIRA = "5: मृगशिरा, from 53°20', lord Mars."
    ARDRA = "6: आर्द्रा, from 66°40', lord Rahu."
    PUNARVASU = "7: पुनर्वसु, from 80°00', lord Jupiter."
    PUSHYA = "8: पुष्य, from 93°20', lord Saturn."
    ASHLESHA = "9: आश्लेषा, from 106°40', lord Mercury."
    MAGHA = "10: मघा, from 120°00', lord Ketu."
    PURVA_PHALGUNI = "11: पूर्वफाल्गुनी, from 133°20', lord Venus."
    UTTARA_PHALGUNI = "12: उत्तरफाल्गुनी, from 146°40', lord Sun."
    HASTA = "13: हस्त, from 160°00', lord Moon."
    CHITRA = "14: चित्रा, from 173°20', lord Mars."
    SWATI = "15: स्वाति, from 186°40', lord Rahu."
    VISHAKHA = "16: विशाखा, from 200°00', lord Jupiter."
    ANURADHA = "17: अनुराधा, from 213°20', lord Saturn."
    JYESHTHA = "18: ज्येष्ठा, from 226°40', lord Mercury."
    MULA = "19: मूल, from 240°00', lord Ketu."
    PURVA_ASHADHA = "20: पूर्वाषाढा, from 253°20', lord Venus."
    UTTARA_ASHADHA = "21: उत्तराषाढा, from 266°40', lord Sun."
    SHRAVANA = "22: श्रवण, from 280°00', lord Moon."
    DHANISHTHA = "23: धनिष्ठा, from 293°20', lord Mars."
    SHATABHISHA = "24: शतभिषा, from 306°40', lord Rahu."
    PURVA_BHADRAPADA = "25: पूर्वभाद्रपदा, from 320°00', lord Jupiter."
    UTTARA_BHADRAPADA = "26: उत्तरभाद्रपदा, from 333°20', lord Saturn."
    REVATI = "27: रेवती, from 346°40', lord Mercury."


class Dignity(Word):
    """Dignity by place, strongest first; the friend ranks are compound (panchadha) in D1, natural in vargas."""

    EXALTED = "Uccha"
    MOOLATRIKONA = "Moolatrikona"
    OWN = "Sva"
    GREAT_FRIEND = "Adhimitra"
    FRIEND = "Mitra"
    NEUTRAL = "Sama"
    ENEMY = "Shatru"
    GREAT_ENEMY = "Adhishatru"
    DEBILITATED = "Neecha"


class Relation(Word):
    """How one graha regards another."""

    GREAT_FRIEND = "Adhimitra; compound only."
    FRIEND = "Mitra"
    NEUTRAL = "Sama"
    ENEMY = "Shatru"
    GREAT_ENEMY = "Adhishatru; compound only."


class Motion(Word):
    """Motion in longitude. Sun and Moon are always direct."""

    DIRECT = "Forwards."
    RETROGRADE = "Vakri: backwards."
    STATIONARY_RETROGRADE = "Slower than a tenth of its mean speed, at the turn from forwards to backwards."
    STATIONARY_DIRECT = "Slower than a tenth of its mean speed, at the turn from backwards to forwards."


class BoundaryKind(Word):
    """What changes at a boundary of the zodiac."""

    RASHI = "Sign."
    NAKSHATRA = "Star."
    PADA = "Quarter of a star, which is a navamsha."


class Reference(Word):
    """From where houses are counted."""

    LAGNA = "Rising sign."
    MOON = "Chandra lagna."
    SUN = "Surya lagna."


# ── conventions: every one on which programs differ ──


class TimeScale(Word):
    """What the civil time of a birth is taken for."""

    UTC = "Civil time is UTC: exact atomic time from 1972, with the Earth's rotation as observed; before 1972 the same as UT1."
    UT1 = "Civil time is taken as UT1, the Earth's rotation itself, as other programs do: up to 0.9 s, 13\" of lagna, apart."


class Ayanamsha(IntEnum):
    """Which sidereal zero point. Names say whose and which epoch; `ayanamshas` gives each one's value at an instant.
    New values may come: keep a default branch."""

    description: str

    def __new__(cls, mode: int, description: str) -> Self:
        ayanamsha = int.__new__(cls, mode)
        ayanamsha._value_ = mode
        ayanamsha.description = description
        return ayanamsha

    __hash__ = int.__hash__

    LAHIRI = (
        1,
        "Mode 1. Chitrapaksha of the Calendar Reform Committee of 1955: what Indian vendors mean by Lahiri. Default.",
    )
    LAHIRI_ICRC = 46, "Mode 46: the committee's value as printed; under 1.2\" from LAHIRI. Also called Chitrapaksha."
    LAHIRI_1940 = 43, "Mode 43: Lahiri's ephemeris of 1940."
    LAHIRI_VP285 = 44, "Mode 44: Lahiri 1980, vernal point of 285 CE."
    TRUE_CHITRA = 27, "Mode 27: the star Chitra (Spica) at 180° at each moment. Jagannatha Hora's True Lahiri."
    TRUE_PUSHYA = 29, "Mode 29: Delta Cancri at 106°. P.V.R. Narasimha Rao."
    TRUE_REVATI = 28, "Mode 28: Zeta Piscium at 359°50'."
    TRUE_MULA = 35, "Mode 35: Lambda Scorpii at 240°. Chandra Hari."
    TRUE_SHEORAN = 39, "Mode 39: Sunil Sheoran."
    RAMAN = 3, "Mode 3: B.V. Raman."
    KRISHNAMURTI = 5, "Mode 5: KP, Krishnamurti."
    KRISHNAMURTI_VP291 = 45, "Mode 45: KP new, Senthilathiban."
    YUKTESHWAR = 7, "Mode 7: Sri Yukteshwar."
    JN_BHASIN = 8, "Mode 8: J.N. Bhasin."
    USHA_SHASHI = 4, "Mode 4: Usha and Shashi."
    SURYA_SIDDHANTA = 21, "Mode 21: Surya Siddhanta."
    SURYA_SIDDHANTA_MEAN_SUN = 22, "Mode 22: Surya Siddhanta, by the mean Sun."
    ARYABHATA = 23, "Mode 23: Aryabhata."
    ARYABHATA_MEAN_SUN = 24, "Mode 24: Aryabhata, by the mean Sun."
    ARYABHATA_522 = 37, "Mode 37: Aryabhata, 522 CE."
    SS_REVATI = 25, "Mode 25: Surya Siddhanta, Revati."
    SS_CHITRA = 26, "Mode 26: Surya Siddhanta, Chitra."
    FAGAN_BRADLEY = 0, "Mode 0: Fagan and Bradley, western sidereal."
    DELUCE = 2, "Mode 2: De Luce."
    DJWHAL_KHUL = 6, "Mode 6: Djwhal Khul."
    BABYLONIAN_KUGLER_1 = 9, "Mode 9: Babylonian, Kugler 1."
    BABYLONIAN_KUGLER_2 = 10, "Mode 10: Babylonian, Kugler 2."
    BABYLONIAN_KUGLER_3 = 11, "Mode 11: Babylonian, Kugler 3."
    BABYLONIAN_HUBER = 12, "Mode 12: Babylonian, Huber."
    BABYLONIAN_ETA_PISCIUM = 13, "Mode 13: Babylonian, Eta Piscium."
    BABYLONIAN_BRITTON = 38, "Mode 38: Babylonian, Britton."
    ALDEBARAN_15_TAURUS = 14, "Mode 14: Aldebaran at 15° of Taurus."
    HIPPARCHOS = 15, "Mode 15: Hipparchos."
    SASSANIAN = 16, "Mode 16: Sassanian."
    VALENS_MOON = 42, "Mode 42: Vettius Valens, by the Moon."
    GALACTIC_CENTER_0_SAGITTARIUS = 17, "Mode 17: the galactic centre at 0° of Sagittarius."
    GALACTIC_CENTER_GIL_BRAND = 30, "Mode 30: galactic centre, Gil Brand."
    GALACTIC_CENTER_MULA_WILHELM = 36, "Mode 36: galactic centre in the middle of Mula, Wilhelm."
    GALACTIC_CENTER_COCHRANE = 40, "Mode 40: galactic centre at 0° of Capricorn, Cochrane."
    GALACTIC_EQUATOR_IAU1958 = 31, "Mode 31: galactic equator of the IAU, 1958."
    GALACTIC_EQUATOR_TRUE = 32, "Mode 32: true galactic equator."
    GALACTIC_EQUATOR_MULA = 33, "Mode 33: galactic equator in the middle of Mula."
    GALACTIC_EQUATOR_FIORENZA = 41, "Mode 41: galactic equator, Fiorenza."
    GALACTIC_ALIGNMENT_MARDYKS = 34, "Mode 34: Skydram, galactic alignment, Mardyks."
    J2000 = 18, "Mode 18: the equinox of J2000."
    J1900 = 19, "Mode 19: the equinox of J1900."
    B1950 = 20, "Mode 20: the equinox of B1950."
    CUSTOM = 255, "The one given in `customAyanamsha`."
    TROPICAL = -1, "None: sayana positions; ayanamshaNutation says nothing then."


class AyanamshaNutation(Word):
    """Where nutation goes."""

    INCLUDED = "The ayanamsha contains nutation, for grahas and lagna alike: consistent. Default."
    EXCLUDED = "It does not, for both."
    EXCLUDED_FOR_LAGNA = "It does not for the lagna only: reproduces a paid service's inconsistency of up to 17.7\"."


class LunarNode(Word):
    """Which node Rahu is."""

    MEAN_NODE = "Mean node, always retrograde."
    TRUE_NODE = "Osculating node, called the true node; direct for some days of a month."


class NodeRetrograde(Word):
    """Retrograde flag of Rahu and Ketu."""

    ALWAYS = "Always flagged, as vendors do. Default."
    BY_SPEED = "By the sign of their speed."


class PositionKind(Word):
    """Whether light time and aberration are applied."""

    APPARENT = "As seen from the Earth. Default."
    GEOMETRIC = "Where the body is at the instant, also called true positions."


class PositionOrigin(Word):
    """From where positions are measured."""

    GEOCENTRIC = "The Earth's centre. Default."
    TOPOCENTRIC = "The birth place: moves the Moon by up to a degree."


class HouseSystem(Word):
    """Division of the zodiac into bhavas by degrees."""

    WHOLE_SIGN = "Signs, from the lagna's."
    EQUAL_LAGNA_MIDDLE = "The lagna in the middle of the first, 15° either side."
    EQUAL_LAGNA_BEGINS = "The lagna where the first begins."
    SRIPATI = "Porphyry's cusps are the middles, the bounds half way between them: the usual bhava chalit. Default."
    PORPHYRY = "Quadrants in three parts; cusps begin."
    PLACIDUS = "KP: cusps begin. None beyond the polar circles."
    KOCH = "Cusps begin. None beyond the polar circles."


class NodeDignity(Word):
    """Whether and where the nodes are exalted."""

    NONE = "They have no dignity. Default."
    TAURUS_SCORPIO = "Rahu is exalted in Taurus and Ketu in Scorpio."
    GEMINI_SAGITTARIUS = "Rahu is exalted in Gemini and Ketu in Sagittarius."


class CoLordRule(Word):
    """Lords of Scorpio and Aquarius."""

    SINGLE = "Mars and Saturn alone. Default."
    STRONGER = "The stronger of Mars and Ketu, and of Saturn and Rahu (Jaimini)."


class NodeAspects(Word):
    """Aspects cast by Rahu and Ketu."""

    SEVENTH = "The seventh only. Default."
    FIVE_SEVEN_NINE = "Fifth, seventh and ninth, as Jupiter."
    NONE = "None."


class CombustionTable(Word):
    """Orbs of combustion, degrees from the Sun; the second number is for retrograde motion."""

    SURYA_SIDDHANTA = "Moon 12, Mars 17, Mercury 14 (12), Jupiter 11, Venus 10 (8), Saturn 15. Default."
    PYJHORA = "Jupiter 10 and Venus 11 (8), as PyJHora has them; the rest as SURYA_SIDDHANTA."


class WarRule(Word):
    """Who wins a planetary war: two of Mars, Mercury, Jupiter, Venus and Saturn within a degree."""

    NORTHERN = "The one with the greater ecliptic latitude (Surya Siddhanta 7). Default."
    LARGER_DISC = "The one whose disc looks larger."


class SunriseRule(Word):
    """What sunrise is."""

    DISC_CENTER = "Centre of the disc, no refraction: Jagannatha Hora 8. Default."
    HINDU = "Hindu rising: centre, no refraction, ecliptic latitude ignored."
    UPPER_LIMB_REFRACTED = "Upper limb with refraction: newspapers."


class DashaYear(Word):
    """Length of a dasha year in days."""

    TRUE_SIDEREAL = "The Sun's own return in sidereal longitude: Jagannatha Hora."
    MEAN_SIDEREAL = "365.256364."
    JULIAN = "365.25: most vendors. Default."
    GREGORIAN = "365.2425."
    TROPICAL = "365.24219."
    SAVANA = "360."
    LUNAR = "354.367."


class AshtakavargaTable(Word):
    """Tables of bindus."""

    A = "Brihat Parashara Hora Shastra; Jagannatha Hora. Default."
    B = "Varahamihira and B.V. Raman; AstrologyAPI."


class CharaKarakaScheme(Word):
    """Jaimini's moving significators."""

    SEVEN = "Sun to Saturn. Default."
    EIGHT = "With Rahu."


class MasaScheme(Word):
    """Where a lunar month ends."""

    AMANTA = "At the new moon. Default."
    PURNIMANTA = "At the full moon."


class SettingsPreset(Word):
    """Starting points. Each is a list of settings, spelt out by `presets`."""

    DEFAULT = "Lahiri, mean node, apparent, geocentric, chalit by Sripati, civil time as UTC."
    JAGANNATHA_HORA_8 = (
        "True Chitra, true node, geometric, disc-centre sunrise, sidereal solar dasha year, D2 by Uma-Shambhu, UT1."
    )
    ASTROLOGY_API = "Lahiri, mean node, apparent; the lagna without nutation; 365.25 days; bindu table B; UT1."
    PROKERALA = "Lahiri without nutation, mean node, apparent; UT1."
    KP = "Krishnamurti, chalit by Placidus, mean node; UT1."


# ── vargas ──


class VargaVariant(Word):
    """How a divisional chart is built. One flat list, because most constructions exist for many divisions:
    `vargaRules(division)` says which apply, and a pair that does not exist is refused before execution."""

    PARASHARA = "The rule of Brihat Parashara Hora Shastra, as most programs read it. Default; settings may change it."
    PARIVRITTI_CYCLIC = "Parts run on through the zodiac from Aries."
    PARIVRITTI_EVEN_REVERSED = "As cyclic, the parts of even signs counted backwards."
    PARIVRITTI_ALTERNATE = "Somanatha: odd signs forwards from Aries, even signs backwards from Pisces."
    EVEN_SIGN_REVERSED = "Parashara with the parts of even signs counted backwards."
    EVEN_SIGN_REVERSED_FROM_END = "Second reversed form: D7, D10 and D24."
    UMA_SHAMBHU = "D2: two rounds of the zodiac, even signs reversed. Jagannatha Hora's default."
    KASHINATHA = "D2 by Kashinatha."
    RAMAN = "D2 by day and night lords, D11 anti-zodiacal: B.V. Raman."
    JAGANNATHA = "D3 by Jagannatha."
    KALACHAKRA = "D9 by Kalachakra."
    KRISHNA_MISHRA_UNIFORM = "D9: Krishna Mishra's, uniform."
    KRISHNA_MISHRA_RANGACHARYA = "D9: Krishna Mishra's by Rangacharya, Sanjay Rath's Nadi navamsha."
    SHASHTYAMSHA_LIKE = "D30 by thirty equal parts counted from the sign."
    FROM_ARIES = "D60 counted from Aries."
    FROM_ARIES_EVEN_REVERSED = "D60 counted from Aries, even signs reversed."


class VargaSet(Word):
    """Classical groups of divisions."""

    SHADVARGA = "D1 D2 D3 D9 D12 D30."
    SAPTAVARGA = "The six and D7."
    DASHAVARGA = "The seven and D10 D16 D60."
    SHODASHAVARGA = "D1 D2 D3 D4 D7 D9 D10 D12 D16 D20 D24 D27 D30 D40 D45 D60."


# ── time ──


class Disambiguation(Word):
    """What to do when the clock showed a time twice or never. The words of JavaScript's Temporal."""

    REJECT = "An error with both candidates. Default: an hour is half a sign of lagna."
    EARLIER = "The earlier instant."
    LATER = "The later instant."
    COMPATIBLE = "Earlier in a fold, later in a gap, as calendars do."


class ZoneSource(Word):
    """Where the offset from UTC came from."""

    OFFSET = "The request's fixed offset."
    NAME = "The request's zone name."
    COORDINATES = "Looked up from the coordinates."
    SOLAR = "Local mean time."


class SolarTime(Word):
    """Times before standard time."""

    LOCAL_MEAN_TIME = "Local mean time of the birth's own longitude, four minutes a degree."


# ── text ──


class AngleFormat(Word):
    """How an angle is cut when it becomes text."""

    DMS = "12°43'15.32\": truncated at 0.01\", so that it never reads 30°00'."
    DM = "12°43': truncated."
    JHORA = "12Li43 as Jagannatha Hora prints: minutes rounded and never carried over (14Vi60 exists)."
    SIGN_DMS = "12 Li 43' 15.32\": truncated."
    ASTRO_ENGINE = "1° 53' 37.37\" as Astro Engine printed: for its migrating clients."


class LabelLength(Word):
    """Length of a name."""

    SHORT = "Su, Mo; सू, चं."
    FULL = "Sun, Moon; सूर्य, चन्द्र."


class Language(Word):
    """Language and script of names. Always an argument, never a header: two languages on one page do not collide in a
    client's cache, and a CDN needs no Vary."""

    EN = "English where it has a word, else plain Sanskrit without marks: Aries, Mars, Ashwini."
    SA_LATN = "Sanskrit in IAST: Meṣa, Maṅgala, Aśvinī."
    SA = "Sanskrit in Devanagari: मेषः. Not the same as Hindi."
    HI = "Hindi."
    MR = "Marathi."
    GU = "Gujarati."
    BN = "Bengali."
    TA = "Tamil."
    TE = "Telugu."
    KN = "Kannada."
    ML = "Malayalam."


class ErrorCode(Word):
    """Stable codes, the same in `problem` and in `errors[].extensions.code`. New codes may come: keep a default branch."""

    LOCAL_TIME_AMBIGUOUS = "The clock showed this time twice. `candidates` has both instants and what to send."
    LOCAL_TIME_NONEXISTENT = "The clock skipped this time. `candidates` has the two readings."
    DATE_INVALID = "No such day: 30 February."
    DATE_OUT_OF_RANGE = "Outside 1800 to 2399."
    TIME_INVALID = "No such time of day."
    LATITUDE_INVALID = "Not within -90 to 90."
    LONGITUDE_INVALID = "Not within -180 to 180."
    ALTITUDE_INVALID = "Not within -500 to 25,000 metres."
    ZONE_UNKNOWN = "Not a name of the pinned zone database; `remedy` names the nearest."
    ZONE_NOT_FOUND = "No zone at these coordinates (open sea): send a zone."
    OFFSET_INVALID = "Beyond 15:59:59 either way, or not an offset."
    SETTING_INVALID = "A setting's value or combination."
    DIVISION_UNSUPPORTED = "Not 1 to 300."
    VARIANT_UNSUPPORTED = "This division has no such variant."
    ARGUMENT_INVALID = "Another argument out of its range."
    HOUSES_UNDEFINED = "This house system has no cusps at this latitude."
    TOKEN_INVALID = "Not a token of this server, or altered; its keys may have been rotated out."  # noqa: S105  a term, no password
    LIST_EMPTY = "At least one is needed."
    LIST_TOO_LONG = "Too many at once: use a bulk operation."
    COST_TOO_HIGH = "Over the limit; `remedy` says cost and limit."
    SELECTION_INVALID = "The bulk selection does not parse, validate or fit."
    IDEMPOTENCY_CONFLICT = "The key was used with another payload."
    RATE_LIMITED = "Retry after the time in `retryAfterSeconds`."
    WEBHOOK_REFUSED = "Webhooks are off, or this address is not allowed."
    NOT_COMPLETED = "Only of a completed operation failed births can be run again."
    NOT_FOUND = "No such id, or not yours."
    CURSOR_INVALID = "A cursor of something else, or not of this service."
    LOST = "The store of bulk operations lost it: submit it again."
    TIME_LIMIT = "The bulk operation took longer than any may."
    WORKER_FAILED = "A worker could not work at this birth."
    LINE_INVALID = "A line of an upload is no birth."
    LINE_TOO_LONG = "A line of an upload is longer than any birth."
    FIELD_INVALID = "A field of an upload's line is unknown, missing or of another type."
    UNAUTHENTICATED = "A key is needed."
    UNAVAILABLE = "A part is down; `remedy` names it."
    INTERNAL = "Ours; the correlation id is in the message."
