import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import signature

BODY = '{"text": "caf\u00e9"}'.encode()


def test_signature_is_the_documented_hmac():
    expected = hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()
    assert signature.sign("secret", BODY) == f"sha256={expected}"
    assert signature.is_valid("secret", BODY, f"sha256={expected}")


def test_hex_digits_may_be_upper_case():
    assert signature.is_valid("s", BODY, "sha256=" + signature.sign("s", BODY)[7:].upper())


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "sha256",
        "abc",
        signature.sign("other", BODY),
        signature.sign("secret", BODY)[7:],
        "sha1=" + "0" * 64,
        signature.sign("secret", BODY) + "0",
        "sha256=" + "\u00e9" * 64,
        "sha256=" + "\u0660" * 64,
        7,
        b"x",
    ],
)
def test_missing_malformed_and_wrong_headers_are_refused(header):
    assert signature.is_valid("secret", BODY, header) is False


@pytest.mark.parametrize("secret", ["", None, False])
def test_an_account_without_secret_refuses_even_the_signature_of_the_empty_secret(secret):
    header = "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    assert signature.is_valid(secret, BODY, header) is False


@given(st.text(min_size=1), st.binary(), st.binary())
def test_only_the_signed_bytes_are_accepted(secret, body, other):
    header = signature.sign(secret, body)
    assert signature.is_valid(secret, body, header)
    assert signature.is_valid(secret, other, header) is (other == body)


@given(st.text(), st.binary(), st.text())
def test_no_header_raises(secret, body, header):
    assert signature.is_valid(secret, body, header) in (True, False)
