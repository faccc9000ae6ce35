"""The texts of notices: one language, short. A Cyrillic message has 70 characters a part and each part is paid for, so
a code fits into one and everything else into two. No text says how anybody voted.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from budget.notices import NoticeKind
from models.enums import CaseOutcome, Channel
from models.service import Notice
from views.i18n import TIME_ZONE
from views.texts import catalog

_ZONE = ZoneInfo(TIME_ZONE)


def text_of(notice: Notice) -> str:
    """The text of a notice in its person's language; "" when its facts are gone.

    Facts by kind: LOGIN_CODE code; BALLOT_CAST at (ISO instant), channel, url (where to object); OBJECTION_DECIDED
    outcome, url; those about a project its number, PROJECT_RETURNED and CORRECTION_REMINDER also until (ISO
    instant), APPEAL_HEARING at (the same), APPEAL_DECIDED outcome. Addresses are absolute.
    """
    if not notice.facts:
        return ""
    _ = catalog(notice.language).gettext
    facts = notice.facts
    match NoticeKind(notice.kind):
        case NoticeKind.LOGIN_CODE:
            return _("%(code)s is your code for signing in. Tell it to nobody.") % facts
        case NoticeKind.BALLOT_CAST:
            return _ballot_cast(notice)
        case NoticeKind.OBJECTION_DECIDED:
            match CaseOutcome(facts["outcome"]):
                case CaseOutcome.UPHELD:
                    return _("Your objection was upheld. The decision: %(url)s") % facts
                case CaseOutcome.DISMISSED:
                    return _("Your objection was dismissed. The reasons: %(url)s") % facts
        case kind:
            return _about_project(kind, notice)


def _about_project(kind: NoticeKind, notice: Notice) -> str:
    """What became of an application; the own page on the site tells the rest."""
    _ = catalog(notice.language).gettext
    facts = {"number": notice.facts["number"]}
    match kind:
        case NoticeKind.PROJECT_RETURNED:
            told = _("Project %(number)s was returned to you. Correct it until %(day)s: see My page.")
            return told % {**facts, "day": _last_day(notice.facts["until"])}
        case NoticeKind.CORRECTION_REMINDER:
            told = _("Project %(number)s: correct it until %(day)s, or it is rejected. See My page.")
            return told % {**facts, "day": _last_day(notice.facts["until"])}
        case NoticeKind.MERGER_PROPOSED:
            return (
                _("Project %(number)s: may it become one with a similar project? Answer on My page.") % facts
            )
        case NoticeKind.APPEAL_HEARING | NoticeKind.APPEAL_DECIDED:
            return _about_appeal(kind, notice)
        case _:
            return _("Project %(number)s: the council has decided. See My page.") % facts


def _about_appeal(kind: NoticeKind, notice: Notice) -> str:
    _ = catalog(notice.language).gettext
    facts = {"number": notice.facts["number"]}
    if kind is NoticeKind.APPEAL_HEARING:
        told = _("Project %(number)s: you are heard on your appeal on %(moment)s. Where: see My page.")
        return told % {**facts, "moment": _moment(notice.facts["at"])}
    if notice.facts["outcome"] == CaseOutcome.UPHELD:
        return _("Project %(number)s: your appeal was upheld, it goes to the vote.") % facts
    return _("Project %(number)s: your appeal was dismissed. The reasons are on My page.") % facts


def _last_day(until: str) -> str:
    """`05.03`: the last day of a period that ends at its midnight."""
    return f"{(datetime.fromisoformat(until) - timedelta(microseconds=1)).astimezone(_ZONE):%d.%m}"


def _ballot_cast(notice: Notice) -> str:
    _ = catalog(notice.language).gettext
    facts = {"moment": _moment(notice.facts["at"]), "url": notice.facts["url"]}
    match Channel(notice.facts["channel"]):
        case Channel.WEB:
            return _("You voted on the website: %(moment)s. Was it not you? %(url)s") % facts
        case Channel.DESK:
            return _("You voted at the front office: %(moment)s. Was it not you? %(url)s") % facts
        case Channel.PAPER:
            return _("You voted on paper: %(moment)s. Was it not you? %(url)s") % facts


def _moment(at: str) -> str:
    """`01.03 14:05` by the clock of the district."""
    return f"{datetime.fromisoformat(at).astimezone(_ZONE):%d.%m %H:%M}"
