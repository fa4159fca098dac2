"""How people type in a hurry."""

import random

from foundation.language import collation

PLAIN = str.maketrans("çğıöşüÇĞİÖŞÜ", "cgiosuCGIOSU")
VOWELS = set("aeıioöuü")


def no_diacritics(text: str, chance: random.Random) -> str:
    return text.translate(PLAIN)


def all_capitals(text: str, chance: random.Random) -> str:
    return collation.upper(text)


def swapped_letters(text: str, chance: random.Random) -> str:
    """In every fifth long word two neighbours change places."""

    def swap(word: str) -> str:
        if len(word) < 6 or chance.random() > 0.2:
            return word
        at = chance.randrange(2, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return " ".join(map(swap, text.split(" ")))


def dropped_letters(text: str, chance: random.Random) -> str:
    """In every fifth long word a vowel is missing."""

    def drop(word: str) -> str:
        places = [at for at, letter in enumerate(word) if at > 1 and letter in VOWELS]
        if len(word) < 6 or not places or chance.random() > 0.2:
            return word
        at = chance.choice(places)
        return word[:at] + word[at + 1 :]

    return " ".join(map(drop, text.split(" ")))


def doubled_letters(text: str, chance: random.Random) -> str:
    return text.replace("acil", "aciiil").replace("Acil", "ACİİL").replace("yok", "yookk")


def spoken_endings(text: str, chance: random.Random) -> str:
    return text.replace("yor ", "yo ").replace("yor.", "yo.").replace("bir şey", "bişey")


def missing_spaces(text: str, chance: random.Random) -> str:
    """Every tenth space is not there."""
    return "".join(letter for letter in text if letter != " " or chance.random() > 0.1)


def as_typed(text: str, chance: random.Random, habits) -> str:
    """The text after up to two of the habits."""
    for habit in chance.sample(habits, chance.choice([0, 1, 1, 2])):
        text = habit(text, chance)
    return text
