"""The emergency numbers of the countries, held against a source of their own."""

import phonenumbers
import pytest
from phonenumbers import shortnumberinfo

from knowledge.load import load
from knowledge.schema import Country

COUNTRIES = load().countries.countries


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.name)
def test_the_numbers_reach_emergency_services_there(country: Country) -> None:
    assert country.code in phonenumbers.SUPPORTED_REGIONS
    for number in country.numbers:
        assert shortnumberinfo.is_emergency_number(number, country.code), number


def test_there_are_thirty_each_once_in_the_order_of_their_names() -> None:
    names = [country.name for country in COUNTRIES]
    assert len(names) == 30
    assert names == sorted(set(names))
    assert len({country.code for country in COUNTRIES}) == 30
