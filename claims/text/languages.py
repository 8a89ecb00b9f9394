"""Languages as their codes name them: en, uk, be-tarask (BCP 47)."""

from __future__ import annotations

import re

# Two letters: those of ISO 639-1. Of three letters there are thousands, so their shape must do.
OF_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss "
    "st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
SHAPE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{2,8}){0,2}")
BETWEEN = re.compile(r"[\s,;]+")


def is_code(typed: str) -> bool:
    """Whether this is the code of a language."""
    found = SHAPE.fullmatch(typed)
    return found is not None and (len(found[1]) == 3 or found[1].lower() in OF_TWO_LETTERS.split())


def no_codes(typed: str) -> list[str]:
    """Of several codes, parted by commas or spaces, those that are none."""
    return [each for each in BETWEEN.split(typed.strip()) if each and not is_code(each)]
