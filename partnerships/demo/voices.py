"""How meetings of the sample partnership felt, what people wrote about them, and what was noted."""

from partners.choices import Sector

# How true the eight statements and energy felt, month by month, as averages people scatter around.
MOOD = {
    "communication": (3.2, 3.3, 3.4, 3.5, 3.5, 3.6, 3.7, 3.7, 3.8, 3.8, 3.9, 3.9, 4.0, 4.0, 4.0, 4.1, 4.0, 4.0),
    "decisions": (2.8, 3.0, 3.1, 3.1, 3.2, 3.3, 3.3, 3.4, 3.5, 3.5, 3.5, 3.6, 3.6, 3.6, 3.7, 3.7, 3.6, 3.6),
    "goals": (3.6, 3.7, 3.8, 3.9, 3.9, 4.0, 4.1, 4.1, 4.2, 4.2, 4.2, 4.3, 4.3, 4.3, 4.4, 4.4, 4.4, 4.5),
    "roles": (2.7, 2.8, 2.9, 3.0, 3.1, 3.1, 3.2, 3.2, 3.3, 3.3, 3.4, 3.4, 3.5, 3.5, 3.6, 3.7, 4.0, 4.1),
    "follow_through": (3.3, 3.3, 3.4, 3.4, 3.5, 3.5, 3.4, 3.5, 3.6, 3.6, 3.6, 3.7, 3.6, 3.6, 3.5, 3.5, 3.4, 3.4),
    "time": (3.5, 3.5, 3.6, 3.6, 3.7, 3.7, 3.7, 3.8, 3.8, 3.8, 3.9, 3.9, 3.9, 4.0, 4.0, 4.0, 4.0, 4.0),
    "voice": (3.4, 3.5, 3.6, 3.7, 3.8, 3.8, 3.9, 3.9, 4.0, 4.0, 4.0, 4.1, 4.1, 4.1, 4.0, 4.0, 3.9, 2.9),
    "trust": (3.3, 3.4, 3.5, 3.6, 3.7, 3.7, 3.8, 3.9, 3.9, 4.0, 4.0, 4.1, 4.1, 4.1, 4.1, 4.1, 4.0, 4.1),
    "energy": (4.0, 4.0, 3.9, 3.9, 3.8, 3.8, 3.9, 3.9, 3.8, 3.7, 3.8, 3.8, 3.7, 3.7, 3.6, 3.6, 3.6, 3.7),
}

# The two organisations nearest to families see things differently from the others.
APART = {Sector.COMMUNITY: -0.9}

REMARKS = (
    "Start with the smallest partner next time.",
    "Please send papers earlier, I read them on the bus.",
    "The part where a parent spoke first changed the whole meeting.",
    "We spent half an hour on a form nobody has seen.",
    "Good to hear what became of the families we sent on.",
    "I would like to know who decides when we do not agree.",
    "Could we meet in the morning once?",
    "Say out loud what we stopped doing.",
    "Two people decided, the rest of us nodded.",
    "Shorter updates, more time for the hard question.",
    "Thank the drivers. Nobody ever thanks the drivers.",
    "I did not dare to say that we are short of staff.",
    "The numbers on one page helped. Keep that.",
    "Ask the quiet ones first.",
    "Please write down what we promised before we leave.",
    "It felt like one team for the first time.",
    "Let parents see the budget before we talk about it.",
    "We keep coming back to the same form.",
)

# What was noted, by month; the other months have decisions only.
NOTES = {
    0: "Everybody said what they hope for and what they worry about. Three worries were about money, nine about time.",
    6: "Sadia told how it is to fill in the same form three times. Afterwards nobody defended their form.",
    12: "Waiting has stopped getting shorter. Amal showed why: two posts are vacant and forms come back incomplete.",
    17: "A mother of twins spoke first. The referral form took most of the morning, and few people spoke about it.",
}
