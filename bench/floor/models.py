"""Tables of the floor. They say their label, so that tests can use them where the floor is not installed."""

from django.db import models


def scale():
    return models.PositiveSmallIntegerField(null=True)


class Answer(models.Model):  # noqa: DJ008 -- nobody reads it
    communication = scale()
    decisions = scale()
    goals = scale()
    roles = scale()
    follow_through = scale()
    time = scale()
    voice = scale()
    trust = scale()
    energy = scale()
    comment = models.TextField()
    may_quote = models.BooleanField()
    wants_action = models.BooleanField()

    class Meta:
        app_label = "floor"


class Board(models.Model):  # noqa: DJ008 -- nobody reads it
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "floor"


class Owner(models.Model):  # noqa: DJ008 -- nobody reads it
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "floor"


class Card(models.Model):  # noqa: DJ008 -- nobody reads it
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="cards")
    owner = models.ForeignKey(Owner, on_delete=models.CASCADE)
    title = models.CharField(max_length=100)
    status = models.CharField(max_length=10)
    due_on = models.DateField()

    class Meta:
        app_label = "floor"
