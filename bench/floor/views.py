from pathlib import Path

from django.db.models import Count
from django.http import HttpResponse
from django.template import Engine

from bench.floor.forms import QUESTIONS, SCALE, AnswerForm
from bench.floor.models import Answer, Board

TEMPLATES = Engine(dirs=[str(Path(__file__).parent / "templates")])


def hello(_request):
    return HttpResponse("Hello, world.")


def answer(request):
    """A hand-written form; one INSERT."""
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        Answer.objects.create(**form.cleaned_data)
        return HttpResponse(TEMPLATES.render_to_string("thanks.html"))
    context = {"questions": QUESTIONS, "scale": SCALE, "form": form}
    return HttpResponse(TEMPLATES.render_to_string("form.html", context))


def board(_request, pk):
    """A board of cards with their owners, in three queries."""
    shown = Board.objects.get(pk=pk)
    cards = list(shown.cards.select_related("owner").order_by("due_on", "pk"))
    counts = shown.cards.values_list("status").annotate(Count("pk")).order_by("status")
    context = {"board": shown, "cards": cards, "counts": counts}
    return HttpResponse(TEMPLATES.render_to_string("board.html", context))
