import pytest

from feedback import codes


def test_codes_are_long_easy_to_type_and_never_alike():
    made = {codes.new_code() for _ in range(2000)}

    assert len(made) == 2000
    assert all([len(group) for group in code.split("-")] == [4, 4, 4, 4] for code in made)
    assert set("".join(made)) == set(codes.LETTERS) | {"-"}
    assert len(codes.LETTERS) ** 16 == 2**80
    assert not set("OILU") & set(codes.LETTERS)


@pytest.mark.parametrize(
    "typed",
    ["10AB-CDEF-GHJK-MNPQ", "10abcdefghjkmnpq", " loab cdef–ghjk.mnpq\n", "iOab-cdef-ghjk-mnpq", "LO-AB-CDEFGHJKMNPQ"],
)
def test_code_is_understood_however_it_is_typed(typed):
    assert codes.image_of(typed) == codes.image_of("10AB-CDEF-GHJK-MNPQ") != ""


@pytest.mark.parametrize(
    "typed", ["", "10AB-CDEF-GHJK-MNP", "10AB-CDEF-GHJK-MNPQR", "U0AB-CDEF-GHJK-MNPQ", "é" * 16, "²" * 16]
)
def test_what_cannot_be_a_code_has_no_image(typed):
    assert codes.image_of(typed) == ""
