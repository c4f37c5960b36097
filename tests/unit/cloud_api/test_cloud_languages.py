import random

import pytest

from cloud_api import languages


@pytest.mark.parametrize(
    ("wanted", "available", "fallback", "chosen"),
    [
        ("fr_FR", ["en", "fr"], None, "fr"),
        ("fr", ["en_US", "fr_CA"], None, "fr_CA"),
        ("en_GB", ["en_US", "en"], None, "en"),
        ("en", ["en_GB", "en_US"], None, "en_US"),
        ("pt", ["pt_PT", "pt_BR"], None, "pt_BR"),
        ("pt_PT", ["pt_PT", "pt_BR"], None, "pt_PT"),
        ("zh_CN", ["zh_TW", "zh_CN"], None, "zh_CN"),
        ("nb_NO", ["nb", "en"], None, "nb"),
        ("tl_PH", ["en", "fil"], None, "fil"),
        ("sr@latin", ["sr", "en"], None, "sr"),
        ("en-US", ["en_US"], None, "en_US"),
        ("ja", ["de", "es", "en"], "es", "es"),
        ("ja", ["de", "es_MX", "en"], "es", "es_MX"),
        ("ja", ["de", "en_GB"], None, "en_GB"),
        ("ja", ["nl", "de"], "fr", "de"),
        (None, ["nl", "de"], "nl", "nl"),
        (None, [], "nl", None),
        ("", ["x_new"], "", "x_new"),
    ],
)
def test_the_language_that_a_person_gets(wanted, available, fallback, chosen):
    assert languages.choose(wanted, available, fallback) == chosen


def test_somebody_always_gets_one_of_what_there_is():
    codes = [*languages.LANGUAGES, "xx", "de_XX"]
    chance = random.Random(7)
    for _ in range(300):
        available = chance.sample(codes, chance.randrange(12))
        wanted = chance.choice(codes)
        chosen = languages.choose(wanted, available, chance.choice([None, *codes]))
        assert chosen in available if available else chosen is None
        assert wanted not in available or chosen == wanted


def test_metas_own_codes_are_left_alone():
    assert [code for code in languages.LANGUAGES if languages.normalize(code) != code] == []
