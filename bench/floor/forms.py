from django import forms

QUESTIONS = {
    "communication": "We hear what we need to know in time.",
    "decisions": "It is clear what we decided.",
    "goals": "We pull towards the same goals.",
    "roles": "Everybody knows who does what.",
    "follow_through": "We do what we promised.",
    "time": "The meeting was worth its time.",
    "voice": "Everybody had a fair say.",
    "trust": "I can speak openly here.",
    "energy": "How much energy do you have for this?",
}
SCALE = ["Not at all", "A little", "Partly", "Mostly", "Completely", "Not sure"]


def rating():
    return forms.IntegerField(min_value=0, max_value=5, required=False)


class AnswerForm(forms.Form):
    communication = rating()
    decisions = rating()
    goals = rating()
    roles = rating()
    follow_through = rating()
    time = rating()
    voice = rating()
    trust = rating()
    energy = rating()
    comment = forms.CharField(max_length=600, required=False)
    may_quote = forms.BooleanField(required=False)
    wants_action = forms.BooleanField(required=False)
