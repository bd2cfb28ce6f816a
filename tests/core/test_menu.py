import pytest
from django.template.loader import render_to_string

from tests.factories.accounts import PersonFactory
from tests.factories.partners import ContactFactory, SeatFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def menu(rf):
    """The menu as a person sees it on a page of their seat."""

    def show(person, **context):
        request = rf.get("/")
        request.user = person
        return render_to_string("components/sidebar.html", context, request)

    return show


def test_menu_shows_whose_seat_it_is(menu):
    seat = SeatFactory(partnership__name="Harbour <b>Lights</b>", role="observer")

    html = menu(seat.person, seat=seat)

    assert "Harbour &lt;b&gt;Lights&lt;/b&gt;" in html
    assert seat.person.name in html
    assert "Observer" in html


def test_menu_asks_for_the_seats_of_a_person_once(menu, django_assert_num_queries):
    person = PersonFactory()
    seats = [SeatFactory(holder=ContactFactory(person=person)) for _ in range(3)]
    seat = type(seats[0]).objects.with_people().get(pk=seats[0].pk)

    with django_assert_num_queries(1):
        menu(person, seat=seat)


def test_menu_of_an_account_page_asks_nothing(menu, django_assert_num_queries):
    person = PersonFactory()

    with django_assert_num_queries(0):
        html = menu(person)

    assert person.name in html
