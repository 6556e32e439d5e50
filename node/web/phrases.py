"""What pages say for each state, choice and answer: tables, in English to be translated.

Says in node/web/says.py says them; node/words/labels.py has those that paper needs too.
"""

from typing import Final

from node.aid.waiting import Why
from protocol.aid.audience import Audience
from protocol.aid.house.proposal import Stand, Standing
from protocol.aid.house.proposal import State as Proposed
from protocol.aid.house.roll_call import Answer, How
from protocol.aid.life import Standing as AnswerStanding
from protocol.aid.listing import State
from protocol.saying import N_

AUDIENCES: Final = {
    Audience.POD: N_("only this pod"),
    Audience.NEAR: N_("this pod and its neighbouring pods"),
    Audience.NETWORK: N_("all pods it reaches"),
}
AUDIENCES_MEAN: Final = {
    Audience.POD: N_("It never leaves this machine."),
    Audience.NEAR: N_("Neighbouring pods see it and do not pass it on."),
    Audience.NETWORK: N_("It travels from pod to pod; whoever gets it can read it."),
}
"""What choosing one brings about."""
ANSWER_STANDINGS: Final = {
    AnswerStanding.WAITING: N_("waiting"),
    AnswerStanding.PROMISED: N_("promised"),
    AnswerStanding.DECLINED: N_("not this time"),
    AnswerStanding.BACK_HOME: N_("back home"),
    AnswerStanding.TAKEN_BACK: N_("taken back"),
    AnswerStanding.GONE: N_("it is gone, thank you"),
}
STATES: Final = {
    State.OPEN: N_("open"),
    State.PAUSED: N_("paused"),
    State.DONE: N_("done"),
    State.EXPIRED: N_("ended"),
    State.SPOKEN_FOR: N_("spoken for"),
}
"""Of a listing."""
PRESENCES: Final = {
    "here": N_("here"),
    "resting": N_("resting"),
    "away": N_("away"),
}
"""How somebody is just now."""
SHOWN_TO: Final = {
    "nobody": N_("seen by nobody else"),
    "stewards": N_("seen by stewards"),
    "pod": N_("seen by all members"),
}
"""Who sees a way to reach somebody."""
CONTACTS: Final = {
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "chat": N_("Chat"),
    "radio": N_("Radio"),
    "door": N_("Door to knock at"),
    "other": N_("Other"),
}
"""Ways to reach somebody."""
PROPOSAL_STATES: Final = {
    Proposed.DRAFT: N_("a draft"),
    Proposed.TALKING: N_("being talked about"),
    Proposed.TESTING: N_("being tested"),
    Proposed.AGREED: N_("agreed"),
    Proposed.BLOCKED: N_("blocked"),
    Proposed.PARKED: N_("put aside"),
    Proposed.WITHDRAWN: N_("withdrawn"),
}
MOVES: Final = {
    Proposed.TALKING: N_("Talk about it more"),
    Proposed.TESTING: N_("Test it: does everybody agree?"),
    Proposed.PARKED: N_("Put it aside"),
    Proposed.WITHDRAWN: N_("Withdraw it"),
}
"""What moving a proposal there is called."""
STANDINGS: Final = {
    Standing.BLOCKED: N_("Somebody blocks it: talk about what would have to change."),
    Standing.TESTING: N_("It is still being tested."),
    Standing.TOO_FEW: N_("Too few have taken a position."),
    Standing.TALK_MORE: N_("Many stand aside: talk more."),
    Standing.AGREED: N_("As it stands it would be agreed."),
}
"""Of a proposal that is tested."""
STANDS: Final = {
    Stand.AGREE.value: N_("agree"),
    Stand.RESERVATIONS.value: N_("agree with reservations"),
    Stand.ASIDE.value: N_("stand aside"),
    Stand.BLOCK.value: N_("block"),
    Stand.NOT_YET.value: N_("not yet"),
}
ANSWERS: Final = {
    Answer.NEED_HELP: N_("I need help"),
    Answer.HELPING: N_("I am all right and can help"),
    Answer.OK: N_("I am all right"),
    Answer.AWAY: N_("I am away"),
}
"""What somebody says of themselves in a roll call."""
ANSWERS_OF: Final = {
    Answer.NEED_HELP: N_("needs help"),
    Answer.HELPING: N_("is all right and can help"),
    Answer.OK: N_("is all right"),
    Answer.AWAY: N_("is away"),
}
"""The same of somebody else."""
HOW: Final = {
    How.SELF: N_("said so"),
    How.BUDDY: N_("by a buddy"),
    How.SEEN: N_("seen by"),
    How.PAPER: N_("from paper"),
}
"""How an answer came."""
FINDINGS: Final = {
    "still-true": N_("still true"),
    "changed": N_("it has changed"),
    "closed": N_("it is closed"),
    "duplicate": N_("it is here twice"),
}
"""What somebody found of a place."""
COSTS: Final = {
    "unknown": N_("not said"),
    "free": N_("free"),
    "sliding": N_("as people can pay"),
    "paid": N_("has to be paid"),
}
GATHERINGS: Final = {
    "social": N_("Being together"),
    "teach": N_("Learning"),
    "work": N_("Working together"),
    "meeting": N_("Talking things over"),
    "assembly": N_("Assembly"),
}
COMINGS: Final = {
    "yes": N_("comes"),
    "maybe": N_("perhaps"),
    "no": N_("does not come"),
}
"""Whether somebody comes to a meetup."""
COMINGS_OF_ONESELF: Final = {
    "yes": N_("I come"),
    "maybe": N_("Perhaps"),
    "no": N_("I cannot"),
}
"""The same, as they say it."""
TOPICS: Final = {
    "idea": N_("Idea"),
    "request": N_("Question to pods"),
    "alert": N_("Warning"),
    "thanks-to-all": N_("Thanks to all"),
}
MEDIA: Final = {
    "text": N_("Text"),
    "video": N_("Video"),
    "audio": N_("Audio"),
    "zine": N_("Zine"),
    "course": N_("Course"),
}
WHY_IT_WAITS: Final = {
    Why.ANSWER: N_("somebody asks, and nothing was said to them yet"),
    Why.ENDS_SOON: N_("ends soon"),
    Why.ENDED: N_("has ended"),
    Why.STILL_TRUE: N_("is it still true?"),
    Why.LENT_OUT: N_("lent out, until it is back home"),
}
WAITS: Final = N_("waits")
STEPS: Final = {
    Why.ANSWER: N_("Promise it, or say that it cannot be."),
    Why.ENDS_SOON: N_("Renew it, or let it end."),
    Why.ENDED: N_("Renew it, or say that it is done."),
    Why.STILL_TRUE: N_("Say that it is still true, or that it is done."),
    Why.LENT_OUT: N_("Note when it is back home."),
}
"""What somebody does about it."""
ACCEPTINGS: Final = {
    "yes": N_("welcome"),
    "ask": N_("ask first"),
    "no": N_("not just now"),
}
"""What a pod says of new members."""
ZONES: Final = {
    "building": N_("a building"),
    "street": N_("a street"),
    "neighbourhood": N_("a neighbourhood"),
    "workplace": N_("a workplace"),
    "town": N_("a town"),
    "interest": N_("people with one interest"),
}
"""What a pod may be the pod of."""
