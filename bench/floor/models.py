from django.db import models


def scale():
    return models.PositiveSmallIntegerField(null=True)


class Answer(models.Model):
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


class Board(models.Model):
    name = models.CharField(max_length=100)


class Owner(models.Model):
    name = models.CharField(max_length=100)


class Card(models.Model):
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="cards")
    owner = models.ForeignKey(Owner, on_delete=models.CASCADE)
    title = models.CharField(max_length=100)
    status = models.CharField(max_length=10)
    due_on = models.DateField()
